import { reminderTime } from '../../domain/application';
import { ageInFullYears } from '../../domain/calendarDate';
import {
  checkResidentIdentityNumber,
  checkValidity,
  makeResidentIdentityNumber,
} from '../../domain/credential';
import { createShiftFinder } from '../../domain/imports/shopExport';
import { applicationMail } from '../../domain/mail/application';
import { applyEvent, closeWindows, type OrderState } from '../../domain/order';
import { addDays, formatRfc3339, parseLocalTime, parseRfc3339, shiftDaysToNow } from '../../domain/zonedTime';

// Run as a process of its own with another TZ each time: prints what the rules say, which must not depend on it.

const day = 86_400_000;
const at = (text: string) => parseRfc3339(text)!.instant;
const local = (text: string, zone: string) => parseLocalTime(text, zone)!;

function window(deliveredAt: number): unknown {
  const line = {
    ...{ lineId: '1', state: 'paid' as const, quantity: 1, netAmount: 100, returnedQuantity: 0 },
    ...{ shippedAt: null, deliveredAt: null, deliveryNamed: false, windowEndsAt: null },
  };
  const paid: OrderState = { paidAt: deliveredAt - day, window: 15 * day, lines: [line], returns: [] };
  const delivered = applyEvent(paid, { type: 'delivered', at: deliveredAt });
  const states = [15 * day - 1, 15 * day].map(
    (later) => closeWindows(delivered, deliveredAt + later).lines[0]!.state,
  );
  return { endsAfterDays: (delivered.lines[0]!.windowEndsAt! - deliveredAt) / day, states };
}

const monthEnd = new Date('2026-02-28T20:00:00Z');
const mailIn = (timeZone: string) =>
  applicationMail(
    { brand: 'Brand', timeZone, locale: 'en', applicantName: 'Li', applicationId: '1' },
    { step: 'changes_requested', message: 'x', deadline: monthEnd },
  ).body;
const dayIn = (zone: string) =>
  formatRfc3339({ ...local('2026-03-01T00:00', zone), instant: +monthEnd, zone });
const leapling = makeResidentIdentityNumber('110101', '2008-02-29', '123');
const shift = createShiftFinder({
  header: [
    'InvoiceNo',
    'StockCode',
    'Description',
    'Quantity',
    'InvoiceDate',
    'UnitPrice',
    'CustomerID',
    'Country',
  ],
  now: '2026-03-01T00:30:00+08:00',
});
shift.row({
  InvoiceNo: '581587',
  StockCode: '22613',
  Description: 'TEA',
  Quantity: '12',
  InvoiceDate: '2011-12-09 12:50:00',
  UnitPrice: '0.85',
  CustomerID: '12680',
  Country: 'France',
});

process.stdout.write(
  JSON.stringify({
    offset: new Date('2026-01-01T00:00:00Z').getTimezoneOffset(),
    rules: {
      windowInMarch: window(local('2026-03-20T10:16', 'Europe/London').instant),
      windowInOctober: window(local('2026-10-20T10:16', 'Europe/London').instant),
      windowOverLeapDay: window(at('2028-02-20T23:30:00+08:00')),
      ageBefore29February: ageInFullYears('2008-02-29', '2026-02-27'),
      ageAt28February: ageInFullYears('2008-02-29', '2026-02-28'),
      leapling: checkResidentIdentityNumber(leapling, '2026-02-27'),
      lastDayIsValid: checkValidity({ validFrom: '2024-02-29', validUntil: '2026-02-28' }, '2026-02-28'),
      dayAfterIsNot: checkValidity({ validFrom: '2024-02-29', validUntil: '2026-02-28' }, '2026-03-01'),
      reminder: reminderTime(at('2026-03-01T00:00:00+08:00'), at('2026-03-15T00:00:00+08:00'), 3 * day),
      mailInShanghai: mailIn('Asia/Shanghai'),
      mailInNewYork: mailIn('America/New_York'),
      monthEndInShanghai: dayIn('Asia/Shanghai'),
      monthEndInNewYork: dayIn('America/New_York'),
      yearAfterLeapDay: formatRfc3339(addDays(local('2028-02-29T12:00', 'Asia/Shanghai'), 366)),
      importShift: shift.shiftDays(),
      shiftOverSummerTime: shiftDaysToNow(
        local('2011-03-26T01:30', 'Europe/London'),
        parseRfc3339('2026-03-29T01:30:00Z')!,
      ),
    },
  }),
);
