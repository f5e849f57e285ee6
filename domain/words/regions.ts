import { inLanguage, type Language, type Text } from './text';

/** First-level divisions by ISO 3166-2. */
export const REGIONS: Record<string, Text> = {
  'CN-11': { zh: '北京', en: 'Beijing' },
  'CN-12': { zh: '天津', en: 'Tianjin' },
  'CN-13': { zh: '河北', en: 'Hebei' },
  'CN-14': { zh: '山西', en: 'Shanxi' },
  'CN-15': { zh: '内蒙古', en: 'Inner Mongolia' },
  'CN-21': { zh: '辽宁', en: 'Liaoning' },
  'CN-22': { zh: '吉林', en: 'Jilin' },
  'CN-23': { zh: '黑龙江', en: 'Heilongjiang' },
  'CN-31': { zh: '上海', en: 'Shanghai' },
  'CN-32': { zh: '江苏', en: 'Jiangsu' },
  'CN-33': { zh: '浙江', en: 'Zhejiang' },
  'CN-34': { zh: '安徽', en: 'Anhui' },
  'CN-35': { zh: '福建', en: 'Fujian' },
  'CN-36': { zh: '江西', en: 'Jiangxi' },
  'CN-37': { zh: '山东', en: 'Shandong' },
  'CN-41': { zh: '河南', en: 'Henan' },
  'CN-42': { zh: '湖北', en: 'Hubei' },
  'CN-43': { zh: '湖南', en: 'Hunan' },
  'CN-44': { zh: '广东', en: 'Guangdong' },
  'CN-45': { zh: '广西', en: 'Guangxi' },
  'CN-46': { zh: '海南', en: 'Hainan' },
  'CN-50': { zh: '重庆', en: 'Chongqing' },
  'CN-51': { zh: '四川', en: 'Sichuan' },
  'CN-52': { zh: '贵州', en: 'Guizhou' },
  'CN-53': { zh: '云南', en: 'Yunnan' },
  'CN-54': { zh: '西藏', en: 'Tibet' },
  'CN-61': { zh: '陕西', en: 'Shaanxi' },
  'CN-62': { zh: '甘肃', en: 'Gansu' },
  'CN-63': { zh: '青海', en: 'Qinghai' },
  'CN-64': { zh: '宁夏', en: 'Ningxia' },
  'CN-65': { zh: '新疆', en: 'Xinjiang' },
  'CN-71': { zh: '台湾', en: 'Taiwan' },
  'CN-91': { zh: '香港', en: 'Hong Kong' },
  'CN-92': { zh: '澳门', en: 'Macao' },
};

const COUNTRY = /^[A-Z]{2}$/;

/** Name of a region (division or country); a text that is not a code stays unchanged. */
export function regionName(region: string, language: Language): string {
  const division = REGIONS[region];
  if (division) return inLanguage(division, language);
  if (!COUNTRY.test(region)) return region;
  return new Intl.DisplayNames(language, { type: 'region' }).of(region) ?? region;
}
