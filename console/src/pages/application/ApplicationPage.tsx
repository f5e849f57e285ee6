import { REVIEWERS } from '../../../../domain/roles';
import { api, data } from '../../api/client';
import { useIsRole } from '../../app/session';
import { DetailPage } from '../../detail/DetailPage';
import { usePageId } from '../../detail/usePageId';
import { useT } from '../../locale/locale';
import { Answers } from './Answers';
import type { Application } from './application';
import { Checks } from './Checks';
import { ClaimNotice } from './ClaimNotice';
import { Credentials } from './Credentials';
import { Decision } from './Decision';
import { Documents } from './Documents';
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
  // Only reviewers may open them; they are beside the values that they prove.
  const hasDocuments = useIsRole(...REVIEWERS) && application.documents.length > 0;
  return (
    <>
      <ClaimNotice application={application} />
      <Decision application={application} />
      <div className="halves">
        <Answers application={application} />
        {hasDocuments ? <Documents application={application} /> : <Checks application={application} />}
      </div>
      {hasDocuments && <Checks application={application} />}
      <Credentials title={{ zh: '资质', en: 'Credentials' }} items={application.credentials} />
      <Rounds application={application} />
    </>
  );
}
