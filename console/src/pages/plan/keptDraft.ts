import type { Draft } from './terms';

/** A plan that somebody was writing, as this browser keeps it. */
export interface KeptDraft {
  draft: Draft;
  /** The version it was begun from; empty for none. */
  from: string;
  /** When it was last typed in; RFC 3339. */
  typedAt: string;
}

/**
 * Keeps the plan that a person is writing until it is saved or given up.
 * @param userId whose it is: several people may use one browser
 */
export function keptDraftOf(userId: string) {
  const name = `tributary.plan.${userId}`;
  return {
    read(): KeptDraft | undefined {
      try {
        const kept = JSON.parse(localStorage.getItem(name) ?? 'null') as KeptDraft | null;
        return kept?.draft.levels ? kept : undefined;
      } catch {
        return undefined;
      }
    },
    write(kept: KeptDraft): void {
      localStorage.setItem(name, JSON.stringify(kept));
    },
    remove(): void {
      localStorage.removeItem(name);
    },
  };
}
