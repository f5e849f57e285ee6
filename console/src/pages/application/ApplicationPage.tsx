import { api, data } from '../../api/client';
import { DetailPage } from '../../detail/DetailPage';
import { usePageId } from '../../detail/usePageId';
import { useT } from '../../locale/locale';
import { Answers } from './Answers';
import type { Application } from './application';
import { Checks } from './Checks';
import { ClaimNotice } from './ClaimNotice';
import { Credentials } from './Credentials';
import { Decision } from './Decision';
import { Rounds } from './Rounds';
import { useReviewActions } from './reviewActions';

/** The review of one application. */
export default function ApplicationPage() {
  const id = usePageId();
  return <Review key={id} id={id} />;
}

function Review({ id }: { id: string }) {
  const t = useT();
  const actions = useReviewActions(id);
  return (
    <DetailPage
      kind="application"
      id={id}
      load={(signal) => data(api.GET('/v1/applications/{id}', { params: { path: { id } }, signal }))}
      title={({ name }) => t({ zh: `申请：${name}`, en: `Application of ${name}` })}
      state={({ state }) => state}
      actions={actions}
      process="application"
    >
      {(application) => <Body application={application} />}
    </DetailPage>
  );
}

function Body({ application }: { application: Application }) {
  return (
    <>
      <ClaimNotice application={application} />
      <Decision application={application} />
      <div className="halves">
        <Answers application={application} />
        <Checks application={application} />
      </div>
      <Credentials title={{ zh: '资质', en: 'Credentials' }} items={application.credentials} />
      <Rounds application={application} />
    </>
  );
}
