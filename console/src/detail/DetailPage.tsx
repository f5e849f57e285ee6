import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { type ProcessKind, subjectOf, type TimelineKind } from '../../../domain/kinds';
import { type Action, ActionBar } from '../actions/ActionBar';
import { ProblemError } from '../api/problem';
import { NotFoundPage } from '../app/ErrorPage';
import { useMe } from '../app/session';
import { FullPageProblem } from '../ui/FullPage';
import { Page } from '../ui/Page';
import { StateTag } from '../ui/StateTag';
import { Notes } from './Notes';
import { ProcessPanel } from './ProcessPanel';
import { Timeline } from './Timeline';

interface DetailPageProps<T> {
  kind: TimelineKind;
  id: string;
  /** Reads the entity. */
  load: (signal: AbortSignal) => Promise<T>;
  title: (thing: T) => string;
  state?: (thing: T) => string;
  actions?: (thing: T) => Action[];
  /** Refresh interval in milliseconds; shorter while it is changing. @default 10000 */
  refreshEvery?: (thing: T) => number;
  /** Its workflow, if it has one. */
  process?: ProcessKind;
  /** Content of the page. */
  children: (thing: T) => ReactNode;
  /** Shown if there is no such thing. @default the page that says so */
  missing?: ReactNode;
  /** Shown beside the content, above notes and activity. */
  aside?: (thing: T) => ReactNode;
}

/** Frame of every detail page: state, what it is waiting for, actions, content, notes and activity. */
export function DetailPage<T>(props: DetailPageProps<T>) {
  // Input for one entity must not be sent for the next.
  return <Thing key={`${props.kind}/${props.id}`} {...props} />;
}

function Thing<T>(props: DetailPageProps<T>) {
  const { kind, id, load, title, state, actions, refreshEvery, process, children, missing, aside } = props;
  const me = useMe();
  const thing = useQuery({
    queryKey: ['thing', kind, id],
    queryFn: ({ signal }) => load(signal),
    // Other users or the process may change it in the meantime.
    refetchInterval: ({ state: { data: known } }) =>
      known === undefined ? false : (refreshEvery?.(known) ?? 10_000),
  });
  if (thing.error instanceof ProblemError && thing.error.status === 404) return missing ?? <NotFoundPage />;
  if (thing.error && !thing.data)
    return <FullPageProblem error={thing.error} retry={() => void thing.refetch()} />;
  if (thing.data === undefined) {
    return (
      <div className="page">
        <Skeleton active />
      </div>
    );
  }
  const { data } = thing;
  const isStaff = me.user.role !== 'distributor';
  return (
    <Page
      title={title(data)}
      tags={state && <StateTag state={state(data)} />}
      actions={actions && <ActionBar actions={actions(data)} />}
    >
      <div className="two-columns">
        <div>{children(data)}</div>
        <div>
          {process && isStaff && <ProcessPanel kind={process} id={id} />}
          {aside?.(data)}
          {isStaff && <Notes subject={subjectOf(kind, id)} />}
          <Timeline kind={kind} id={id} />
        </div>
      </div>
    </Page>
  );
}
