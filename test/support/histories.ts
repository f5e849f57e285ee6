import { temporal } from '@temporalio/proto';

const { History } = temporal.api.history.v1;

export type History = temporal.api.history.v1.IHistory;

// Not by the SDK's historyToJSON and historyFromJSON, which fail where npm installs its dependency protobufjs twice.

/** A history as plain data that JSON can hold. */
export function encodeHistory(history: History): { events?: object[] } {
  return History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String });
}

/** What `encodeHistory` made, as the SDK takes it. */
export function decodeHistory(plain: object): History {
  return History.fromObject(plain);
}
