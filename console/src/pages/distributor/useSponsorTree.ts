import { useCallback, useRef, useState } from 'react';
import { api, data } from '../../api/client';
import type { Answer } from '../../api/types';

type PathNode = Answer<'/v1/distributors/{id}/path'>['items'][number];

/** A distributor in the tree. */
export interface SponsorNode extends PathNode {
  /** Everybody below; unknown of one that was jumped to before its page was read. */
  descendants?: number;
}

/** Those whom one distributor brought in, as far as they were read. */
export interface Siblings {
  items: readonly SponsorNode[];
  nextCursor: string | null;
}

/** Stands for the parent of those whom nobody brought in. */
export const TOP = '';

const PAGE = 100;

interface SponsorTree {
  /** By parent. What is not in it was not read yet. */
  read: ReadonlyMap<string, Siblings>;
  /** Reads the first or the next page of siblings. */
  readMore: (parent: string) => Promise<void>;
  /**
   * Reads all that is needed to show a distributor.
   * @returns the way from the top to it
   */
  reach: (id: string) => Promise<readonly SponsorNode[]>;
}

/** The tree of who brought in whom, read page by page as somebody opens it. */
export function useSponsorTree(): SponsorTree {
  const [read, setRead] = useState<ReadonlyMap<string, Siblings>>(new Map());
  // The same for whoever asks again while an answer is under way.
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
      // One that was jumped to stands there already, and is known better now.
      const before = latest.current.get(parent)?.items.filter(({ id }) => !news.has(id)) ?? [];
      put(parent, { items: [...before, ...news.values()], nextCursor: page.nextCursor });
    },
    [put],
  );

  const reach = useCallback(
    async (id: string) => {
      const { items: path } = await data(api.GET('/v1/distributors/{id}/path', { params: { path: { id } } }));
      for (const [at, node] of path.entries()) {
        const parent = path[at - 1]?.id ?? TOP;
        if (!latest.current.has(parent)) await readMore(parent);
        const siblings = latest.current.get(parent);
        // On a later page of many siblings: shown at once all the same.
        if (siblings && !siblings.items.some((one) => one.id === node.id))
          put(parent, { ...siblings, items: [...siblings.items, node] });
      }
      return path;
    },
    [put, readMore],
  );

  return { read, readMore, reach };
}
