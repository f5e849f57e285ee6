import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { inLanguage, type Language, type Text } from '../../../domain/words/text';

export type { Text };
export type Locale = Language;

interface LocaleValue {
  locale: Locale;
  setLocale: (locale: Locale) => void;
  /** The text in the current language. */
  t: (text: Text) => string;
}

const LocaleContext = createContext<LocaleValue | undefined>(undefined);
const KEY = 'tributary.locale';

function initialLocale(): Locale {
  const kept = localStorage.getItem(KEY);
  if (kept === 'zh-CN' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** Provides the language of the console; a switch changes all texts immediately. */
export function LocaleProvider({ children }: { children: ReactNode }) {
  const [locale, setLocale] = useState(initialLocale);
  useEffect(() => {
    localStorage.setItem(KEY, locale);
    document.documentElement.lang = locale;
  }, [locale]);
  // Set while rendering, so that pickers below see it in the same pass.
  dayjs.locale(locale === 'zh-CN' ? 'zh-cn' : 'en');
  const value = useMemo<LocaleValue>(
    () => ({ locale, setLocale, t: (text) => inLanguage(text, locale) }),
    [locale],
  );
  return <LocaleContext value={value}>{children}</LocaleContext>;
}

/** The current language and the translation function. */
export function useLocale(): LocaleValue {
  const value = useContext(LocaleContext);
  if (!value) throw new Error('useLocale outside LocaleProvider');
  return value;
}

/** The translation function. */
export const useT = () => useLocale().t;
