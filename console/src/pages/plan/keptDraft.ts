import type { Draft } from './terms';

/** An unsaved plan in browser storage. */
export interface KeptDraft {
  draft: Draft;
  /** The version it is based on; empty for none. */
  from: string;
  /** Time of the last input; RFC 3339. */
  typedAt: string;
}

/**
 * Stores an unsaved plan until it is saved or discarded.
 * @param userId the owner: several people can use one browser
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
