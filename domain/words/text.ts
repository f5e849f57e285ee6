/** A text of the product in both languages. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/** Languages of the product. */
export type Language = 'zh-CN' | 'en';

/** The text in a language. */
export const inLanguage = (text: Text, language: Language): string =>
  language === 'zh-CN' ? text.zh : text.en;
