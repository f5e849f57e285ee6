import { z } from 'zod';
import { addAudit } from '../../database/journal';
import { type Client, inTransaction } from '../../database/pool';
import { parseSubject, subjectOf } from '../../domain/kinds';
import { STAFF } from '../../domain/roles';
import { ROLES, WORDS } from '../../domain/words/glossary';
import { subjectName } from '../../domain/words/subject';
import { inLanguage } from '../../domain/words/text';
import * as column from '../http/columns';
import { type Endpoint, endpoint, roleSchema } from '../http/endpoint';
import { defineList } from '../http/list';
import { notFound, Problem } from '../http/problem';
import { readableSubject, timelineKindSchema } from '../http/readable';
import { timestampOutput, uuid, uuidParams } from '../http/schemas';
import { actorOfCall } from '../workflows/decisions';

/** `order/42` as kind and id. */
const subjectSchema = z
  .string()
  .max(300)
  .transform((text, context) => {
    const named = parseSubject(text);
    const kind = timelineKindSchema.safeParse(named?.kind);
    if (kind.success && typeof named?.id === 'string') return { kind: kind.data, id: named.id };
    context.addIssue({
      code: 'custom',
      message: `use kind/id, such as order/42, with a slash in the ID as %2F and one of the kinds: ${timelineKindSchema.options.join(', ')}`,
    });
    return z.NEVER;
  });

const personSchema = z.object({ id: uuid, name: z.string() });

const noteSchema = z
  .object({
    id: uuid,
    subject: z.string().describe('The subject, such as order/42.'),
    author: personSchema,
    body: z.string().nullable().describe('Null after the note is retracted.'),
    mentions: z.array(personSchema),
    createdAt: timestampOutput,
    retractedAt: timestampOutput.nullable(),
  })
  .meta({ id: 'Note' });

const mentionSchema = noteSchema.extend({ readAt: timestampOutput.nullable() }).meta({ id: 'Mention' });

type Note = z.input<typeof noteSchema>;

const columns = `n.id, n.subject, jsonb_build_object('id', u.id, 'name', u.name) AS author,
  CASE WHEN n.retracted_at IS NULL THEN n.body END AS body,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) ORDER BY p.name, p.id), '[]')
   FROM note_mentions m JOIN users p ON p.id = m.user_id WHERE m.note_id = n.id) AS mentions,
  n.created_at AS "createdAt", n.retracted_at AS "retractedAt"`;
const tables = 'notes n JOIN users u ON u.id = n.author_id';

const notes = defineList({
  item: noteSchema,
  columns: {
    id: null,
    subject: column.shown({ zh: '关于', en: 'Subject' }, (subject: string, { language }) =>
      inLanguage(subjectName(subject), language),
    ),
    body: column.text(WORDS.note),
    author: column.shown({ zh: '作者', en: 'Author' }, ({ name }: { name: string }) => name),
    mentions: column.shown({ zh: '提到', en: 'Mentions' }, (people: { name: string }[]) =>
      people.map(({ name }: { name: string }) => name).join(' '),
    ),
    createdAt: column.time({ zh: '时间', en: 'Time' }),
    retractedAt: column.time({ zh: '撤回时间', en: 'Retracted' }),
  },
  filters: { subject: subjectSchema.describe('Such as order/42.') },
  sorts: { createdAt: { column: 'n.created_at', type: 'timestamptz' } },
  defaultSort: '-createdAt',
  tie: { column: 'n.id', type: 'uuid' },
});

const mentions = defineList({
  item: mentionSchema,
  columns: {
    id: null,
    subject: column.shown({ zh: '关于', en: 'Subject' }, (subject: string, { language }) =>
      inLanguage(subjectName(subject), language),
    ),
    body: column.text(WORDS.note),
    author: column.shown({ zh: '作者', en: 'Author' }, ({ name }: { name: string }) => name),
    mentions: column.shown({ zh: '提到', en: 'Mentions' }, (people: { name: string }[]) =>
      people.map(({ name }: { name: string }) => name).join(' '),
    ),
    createdAt: column.time({ zh: '时间', en: 'Time' }),
    retractedAt: column.time({ zh: '撤回时间', en: 'Retracted' }),
    readAt: column.time({ zh: '已读时间', en: 'Read' }),
  },
  filters: {
    unread: z.stringbool().optional().describe('Only unread mentions (true) or only read ones (false).'),
  },
  sorts: {
    // Unread ones sort first: their sort key is in a later millennium.
    unread: {
      column: `(n.created_at + CASE WHEN mine.read_at IS NULL THEN interval '1000 years' ELSE interval '0' END)`,
      type: 'timestamptz',
    },
    createdAt: { column: 'n.created_at', type: 'timestamptz' },
  },
  defaultSort: '-unread',
  tie: { column: 'n.id', type: 'uuid' },
});

const colleagueSchema = personSchema.extend({ role: roleSchema }).meta({ id: 'Colleague' });

const colleagues = defineList({
  item: colleagueSchema,
  columns: {
    id: null,
    name: column.text({ zh: '姓名', en: 'Name' }),
    role: column.named({ zh: '角色', en: 'Role' }, ROLES),
  },
  filters: {
    role: z.enum(STAFF).optional(),
    subject: subjectSchema.optional().describe('Only staff who can read this subject, such as order/42.'),
  },
  sorts: { name: { column: 'u.name', type: 'text' } },
  defaultSort: 'name',
  tie: { column: 'u.id', type: 'uuid' },
});

async function readNote(client: Pick<Client, 'query'>, id: string): Promise<Note> {
  const { rows } = await client.query<Note>(`SELECT ${columns} FROM ${tables} WHERE n.id = $1`, [id]);
  return rows[0]!;
}

/** A mention of a user who cannot open the subject would lead nowhere. */
async function mention(
  client: Client,
  noteId: string,
  userIds: string[],
  roles: readonly string[],
): Promise<void> {
  const { rows } = await client.query<{ user_id: string }>(
    `INSERT INTO note_mentions (note_id, user_id)
     SELECT $1, id FROM users WHERE id = ANY ($2::uuid[]) AND disabled_at IS NULL AND role = ANY ($3) AND role <> 'distributor'
     RETURNING user_id`,
    [noteId, userIds, roles],
  );
  const mentioned = new Set(rows.map((row) => row.user_id));
  const unknownIndex = userIds.findIndex((id) => !mentioned.has(id));
  if (unknownIndex < 0) return;
  const detail =
    'is not a user who can read this subject; GET /v1/colleagues lists users who can be mentioned';
  throw new Problem({
    status: 422,
    code: 'mention_not_possible',
    detail: `The mention ${userIds[unknownIndex]} ${detail}.`,
    errors: [{ pointer: `/mentions/${unknownIndex}`, detail }],
  });
}

const noteResponse = (description: string) => ({ description, schema: noteSchema });

export const noteEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/notes',
    audit: ['note.add'],
    summary: 'Add a note to a subject',
    description: 'Visible to staff who can read the subject, never to applicants or distributors.',
    tag: 'notes',
    roles: STAFF,
    scope: 'notes:write',
    body: z.strictObject({
      subject: subjectSchema.describe('The subject, such as order/42.'),
      body: z.string().trim().min(1).max(4000),
      mentions: z.array(uuid).max(20).default([]).describe('Users to notify.'),
    }),
    responses: { 201: noteResponse('The note.') },
    errors: ['mention_not_possible'],
    handler: async ({ body: { subject, body, mentions: named }, context, resourceId: id, ...call }) => {
      const { kind, id: subjectId } = subject;
      const readable = await readableSubject(context.pool, call.principal, kind, subjectId);
      const note = await inTransaction(context.pool, async (client) => {
        const added = await client.query(
          'INSERT INTO notes (id, subject, author_id, body) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING',
          [id, readable.subject, call.principal.userId, body],
        );
        if (added.rowCount) {
          await mention(client, id, [...new Set(named)], readable.roles);
          await addAudit(client, {
            actor: actorOfCall(call),
            action: 'note.add',
            subject: subjectOf('note', id),
            after: { about: readable.subject, mentions: named },
          });
        }
        return readNote(client, id);
      });
      return { status: 201, body: note };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/notes',
    summary: 'List the notes on a subject',
    tag: 'notes',
    roles: STAFF,
    scope: 'notes:read',
    query: notes.query,
    responses: notes.responses,
    handler: async ({ query, context, principal, req }) => {
      const readable = await readableSubject(context.pool, principal, query.subject.kind, query.subject.id);
      return notes.reply({
        context,
        req,
        query,
        select: columns,
        from: tables,
        where: (bind) => [`n.subject = ${bind(readable.subject)}`],
        toItem: (row: Note) => row,
      });
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/notes/{id}/retract',
    audit: ['note.retract'],
    summary: 'Retract your own note',
    description: 'The note stays in place without its text. To correct a note, retract it and add another.',
    tag: 'notes',
    roles: STAFF,
    scope: 'notes:write',
    params: uuidParams,
    responses: { 200: noteResponse('The note after the change.') },
    errors: ['not_your_note'],
    handler: ({ params: { id }, context, ...call }) =>
      inTransaction(context.pool, async (client) => {
        const { rowCount } = await client.query(
          'UPDATE notes SET retracted_at = now() WHERE id = $1 AND author_id = $2 AND retracted_at IS NULL',
          [id, call.principal.userId],
        );
        const note = await readNote(client, id);
        if (!note) throw notFound(`The note ${id}`);
        if (note.author.id !== call.principal.userId) {
          throw new Problem({
            status: 403,
            code: 'not_your_note',
            detail: `Only ${note.author.name}, the author of this note, can retract it.`,
          });
        }
        if (rowCount)
          await addAudit(client, {
            actor: actorOfCall(call),
            action: 'note.retract',
            subject: subjectOf('note', id),
          });
        return { status: 200, body: note };
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/me/mentions',
    summary: 'List the notes that mention you, unread ones first',
    tag: 'notes',
    roles: STAFF,
    scope: 'notes:read',
    query: mentions.query,
    responses: mentions.responses,
    handler: ({ query, context, principal, req }) =>
      mentions.reply({
        context,
        req,
        query,
        select: `${columns}, mine.read_at AS "readAt"`,
        from: `note_mentions mine JOIN notes n ON n.id = mine.note_id JOIN users u ON u.id = n.author_id`,
        where: (bind) => [
          `mine.user_id = ${bind(principal.userId)}`,
          'n.retracted_at IS NULL',
          query.unread !== undefined && `mine.read_at IS ${query.unread ? 'NULL' : 'NOT NULL'}`,
        ],
        toItem: (row: z.input<typeof mentionSchema>) => row,
      }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/me/mentions/{id}/read',
    audit: ['note.read_mention'],
    summary: 'Mark a mention as read',
    tag: 'notes',
    roles: STAFF,
    scope: 'notes:read',
    params: z.object({ id: uuid.describe('ID of the note.') }),
    responses: { 204: { description: 'Marked as read.' } },
    handler: async ({ params: { id }, context, ...call }) => {
      await inTransaction(context.pool, async (client) => {
        const { rows } = await client.query<{ readAt: Date | null }>(
          'SELECT read_at AS "readAt" FROM note_mentions WHERE note_id = $1 AND user_id = $2 FOR UPDATE',
          [id, call.principal.userId],
        );
        const [mine] = rows;
        if (!mine) throw notFound(`A mention of you in the note ${id}`);
        if (mine.readAt) return;
        await client.query('UPDATE note_mentions SET read_at = now() WHERE note_id = $1 AND user_id = $2', [
          id,
          call.principal.userId,
        ]);
        await addAudit(client, {
          actor: actorOfCall(call),
          action: 'note.read_mention',
          subject: subjectOf('note', id),
        });
      });
      return { status: 204 };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/colleagues',
    summary: 'List staff, for mentions and filters',
    tag: 'notes',
    roles: STAFF,
    scope: 'notes:read',
    query: colleagues.query,
    responses: colleagues.responses,
    handler: async ({ query, context, req, principal }) => {
      const { subject } = query;
      const readable = subject && (await readableSubject(context.pool, principal, subject.kind, subject.id));
      return colleagues.reply({
        context,
        req,
        query,
        select: 'u.id, u.name, u.role',
        from: 'users u',
        where: (bind) => [
          `u.disabled_at IS NULL AND u.role <> 'distributor'`,
          query.role && `u.role = ${bind(query.role)}`,
          readable && `u.role = ANY (${bind(readable.roles)})`,
        ],
        toItem: (row: z.input<typeof colleagueSchema>) => row,
      });
    },
  }),
];
