/** Names of all kinds of policies in both languages. */
export const policyNames = {
  credential_rules: { zh: '资质规则', en: 'Credential rules' },
} as const;

export type PolicyKind = keyof typeof policyNames;
