import dayjs, { type Dayjs } from 'dayjs';
import { clockTimeOf } from './zone';

declare module 'dayjs' {
  interface Dayjs {
    tz(): Dayjs;
  }
}

let brandZone = 'UTC';

/** Sets the brand's IANA time zone, which pickers use for now and today. */
export function setBrandZone(timeZone: string): void {
  brandZone = timeZone;
}

/** Current time in the brand's zone, as a time of the browser's zone. */
export const brandNow = (): Dayjs => dayjs(clockTimeOf(new Date().toISOString(), brandZone));

// Used by antd's pickers (github.com/ant-design/ant-design/discussions/50934). The dayjs plugin creates a new
// formatter each time, which took a tenth of the first rendering of a list.
dayjs.extend((_options, Dayjs) => {
  Dayjs.prototype.tz = brandNow;
});
