import { Button } from 'antd';
import { useLocale } from '../locale/locale';

/** Switches the language; labelled in the other language. */
export function LocaleSwitch() {
  const { locale, setLocale } = useLocale();
  const other = locale === 'zh-CN' ? 'en' : 'zh-CN';
  return (
    <Button type="text" lang={other} onClick={() => setLocale(other)}>
      {other === 'en' ? 'English' : '中文'}
    </Button>
  );
}
