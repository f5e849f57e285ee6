import type { z } from 'zod';
import { type CredentialTerms, credentialTermsSchema, firstCredentialTerms } from './credentialRules';
import type { PolicyKind } from './policyNames';
import { REVIEWERS, type Role } from './roles';

interface PolicyDefinition<Terms> {
  schema: z.ZodType<Terms>;
  /** Roles that create, approve and activate versions. */
  deciders: readonly Role[];
  /** Whether a second person approves a version, where there is one: rights or money depend on it. */
  approved: boolean;
  /** Version 1, which the system writes at the first start. */
  first: Terms;
}

interface AllTerms extends Record<PolicyKind, object> {
  credential_rules: CredentialTerms;
}

export type { PolicyKind };

/** The terms of a kind of policy. */
export type TermsOf<K extends PolicyKind> = AllTerms[K];

/** All kinds of policies. */
export const policies: { [K in PolicyKind]: PolicyDefinition<AllTerms[K]> } = {
  credential_rules: {
    schema: credentialTermsSchema,
    deciders: REVIEWERS,
    approved: true,
    first: firstCredentialTerms,
  },
};

export const POLICY_KINDS = Object.keys(policies) as readonly PolicyKind[];

/** A difference between two versions: what stands at a JSON pointer; undefined where nothing does. */
export interface PolicyDifference {
  pointer: string;
  before?: unknown;
  after?: unknown;
}

/** The differences between the terms of two versions, value by value, in the order of their pointers. */
export function policyDifferences(before: unknown, after: unknown, pointer = ''): PolicyDifference[] {
  if (isTree(before) && isTree(after) && Array.isArray(before) === Array.isArray(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => {
      const part = name.replaceAll('~', '~0').replaceAll('/', '~1');
      return policyDifferences(before[name], after[name], `${pointer}/${part}`);
    });
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ pointer, before, after }];
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
