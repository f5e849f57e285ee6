import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { Reply } from './endpoint';

/** An answer that is one text. */
export interface TextAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  text: string;
}

/** Renders a JSON answer. */
export function render({ status, body, headers = {} }: Reply): TextAnswer {
  if (body === undefined) return { status, headers, text: '' };
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
    text: JSON.stringify(body),
  };
}

/** Sends a rendered answer, unless the client has already been answered that the database is away. */
export function sendText(res: Response, { status, headers, text }: TextAnswer): void {
  if (res.headersSent) return;
  res.status(status).set(headers).end(text);
}

/** Sends any answer; a stream as fast as the client takes it, ended when the client goes away. */
export async function send(res: Response, reply: Reply): Promise<void> {
  const { raw } = reply;
  if (!raw) {
    sendText(res, render(reply));
    return;
  }
  const headers = { 'Content-Type': raw.contentType, ...reply.headers };
  if (!(raw.content instanceof Readable)) {
    sendText(res, { status: reply.status, headers, text: raw.content });
    return;
  }
  if (res.headersSent) {
    raw.content.destroy();
    return;
  }
  res.status(reply.status).set(headers);
  await pipeline(raw.content, res).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}
