import dayjs, { type Dayjs } from 'dayjs';
import { clockTimeOf } from './zone';

declare module 'dayjs' {
  interface Dayjs {
    tz(): Dayjs;
  }
}

let brandZone = 'UTC';

/** Says where the brand is, as an IANA zone. Pickers take their now and today from there. */
export function setBrandZone(timeZone: string): void {
  brandZone = timeZone;
}

/** What the brand's clock shows, as a time of the browser's own zone. */
export const brandNow = (): Dayjs => dayjs(clockTimeOf(new Date().toISOString(), brandZone));

// What antd's pickers ask for (github.com/ant-design/ant-design/discussions/50934). The plugin of dayjs makes a new
// formatter each time, which took a tenth of the first drawing of a list.
dayjs.extend((_options, Dayjs) => {
  Dayjs.prototype.tz = brandNow;
});
