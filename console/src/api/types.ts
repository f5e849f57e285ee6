import type { paths } from './schema';

type Json<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : never;

/** Paths with GET. */
export type GetPath = { [P in keyof paths]: paths[P] extends { get: object } ? P : never }[keyof paths];

/** Response of GET with 200. */
export type Answer<P extends GetPath> = paths[P] extends { get: { responses: { 200: infer A } } }
  ? Json<A>
  : never;

/** Paths of lists. */
export type ListPath = {
  [P in GetPath]: Answer<P> extends { items: unknown[]; nextCursor: string | null } ? P : never;
}[GetPath];

/** One entry of a list. */
export type Item<P extends ListPath> = Answer<P> extends { items: (infer I)[] } ? I : never;

/** Query parameters of a GET. */
export type Query<P extends GetPath> = paths[P] extends { get: { parameters: { query?: infer Q } } }
  ? NonNullable<Q>
  : never;

/** What the API sorts a list by, and the same with a minus for descending. */
export type Sort<P extends ListPath> = Query<P> extends { sort?: infer S } ? S & string : never;

/** Filters of a list in the API. */
export type Filters<P extends ListPath> = Omit<Query<P>, 'limit' | 'cursor' | 'sort' | 'language'>;

/** Integer minor units with their currency. */
export interface Money {
  amount: number;
  currency: string;
}

export type Me = Answer<'/v1/me'>;
export type Role = Me['user']['role'];

/** Response of POST with 200. */
export type PostAnswer<P extends keyof paths> = paths[P] extends { post: { responses: { 200: infer A } } }
  ? Json<A>
  : never;

/** Request body of POST. */
export type PostBody<P extends keyof paths> = paths[P] extends {
  post: { requestBody?: { content: { 'application/json': infer Body } } };
}
  ? Body
  : never;
