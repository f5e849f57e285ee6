/** Common types of credentials; others are shown as they are written. */
export const credentialTypes: Record<string, { zh: string; en: string }> = {
  resident_identity_card: { zh: '居民身份证', en: 'Resident identity card' },
  business_license: { zh: '营业执照', en: 'Business licence' },
  food_permit: { zh: '食品经营许可证', en: 'Food permit' },
  cosmetics_filing: { zh: '化妆品经营备案', en: 'Cosmetics filing' },
  medical_device_permit: { zh: '医疗器械经营许可证', en: 'Medical device permit' },
};

/** The name of a type in both languages. */
export function credentialTypeName(type: string): { zh: string; en: string } {
  return credentialTypes[type] ?? { zh: type, en: type.replaceAll('_', ' ') };
}
