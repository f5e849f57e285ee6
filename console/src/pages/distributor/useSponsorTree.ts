import { useCallback, useRef, useState } from 'react';
import { api, data } from '../../api/client';
import type { Answer } from '../../api/types';

type PathNode = Answer<'/v1/distributors/{id}/path'>['items'][number];

/** A distributor in the tree. */
export interface SponsorNode extends PathNode {
  /** Size of the downline; unknown for a distributor shown before its page was read. */
  descendants?: number;
}

/** The loaded direct downline of a distributor. */
export interface Siblings {
  items: readonly SponsorNode[];
  nextCursor: string | null;
}

/** Parent of distributors without a sponsor. */
export const TOP = '';

const PAGE = 100;

interface SponsorTree {
  /** By parent. Missing parents are not loaded yet. */
  read: ReadonlyMap<string, Siblings>;
  /** Reads the first or the next page of siblings. */
  readMore: (parent: string) => Promise<void>;
  /**
   * Loads everything needed to show a distributor.
   * @returns the path from the top to it
   */
  loadPath: (id: string) => Promise<readonly SponsorNode[]>;
}

/** The sponsor tree, loaded page by page as it is opened. */
export function useSponsorTree(): SponsorTree {
  const [read, setRead] = useState<ReadonlyMap<string, Siblings>>(new Map());
  // Shared by repeated requests while one is in progress.
  const latest = useRef(read);
  const put = useCallback((parent: string, siblings: Siblings) => {
    latest.current = new Map(latest.current).set(parent, siblings);
    setRead(latest.current);
  }, []);

  const readMore = useCallback(
    async (parent: string) => {
      const cursor = latest.current.get(parent)?.nextCursor;
      if (cursor === null) return;
      const query = { limit: PAGE, ...(parent !== TOP && { root: parent }), ...(cursor && { cursor }) };
      const page = await data(api.GET('/v1/distributors/tree', { params: { query } }));
      const news = new Map(page.items.map((node) => [node.id, node]));
      // A distributor shown before is already there and is replaced by the full entry.
      const before = latest.current.get(parent)?.items.filter(({ id }) => !news.has(id)) ?? [];
      put(parent, { items: [...before, ...news.values()], nextCursor: page.nextCursor });
    },
    [put],
  );

  const loadPath = useCallback(
    async (id: string) => {
      const { items: path } = await data(api.GET('/v1/distributors/{id}/path', { params: { path: { id } } }));
      for (const [at, node] of path.entries()) {
        const parent = path[at - 1]?.id ?? TOP;
        if (!latest.current.has(parent)) await readMore(parent);
        const siblings = latest.current.get(parent);
        // On a later page of many siblings: shown immediately anyway.
        if (siblings && !siblings.items.some((one) => one.id === node.id))
          put(parent, { ...siblings, items: [...siblings.items, node] });
      }
      return path;
    },
    [put, readMore],
  );

  return { read, readMore, loadPath };
}
