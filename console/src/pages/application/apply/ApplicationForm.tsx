import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Alert, Button, Checkbox, Form, Input, Radio, Select } from 'antd';
import type { Rule } from 'antd/es/form';
import dayjs from 'dayjs';
import { useEffect, useState } from 'react';
import {
  type CheckResult,
  checkBankAccount,
  checkPhone,
  checkResidentIdentityNumber,
  checkUnifiedSocialCreditCode,
  checkValidity,
} from '../../../../../domain/credential';
import { APPLICANT_KINDS, CHANNELS } from '../../../../../domain/words/names';
import type { IdempotencyKey } from '../../../api/client';
import { ProblemError } from '../../../api/problem';
import type { PostBody } from '../../../api/types';
import { useSend } from '../../../api/useSend';
import { DocumentsError } from '../../../documents/documents';
import { FilePicker } from '../../../documents/FilePicker';
import { CHECK_CODES, CREDENTIAL_TYPE_OPTIONS } from '../../../locale/compliance';
import { type Text, useLocale, useT } from '../../../locale/locale';
import { REGION_OPTIONS } from '../../../locale/regions';
import { useProblemText } from '../../../ui/problems';
import { type Draft, draftStore, EMPTY_DRAFT, fieldOf, toSubmission } from './draft';

const TEXTS = {
  who: { zh: '申请人', en: 'Applicant' },
  kind: { zh: '类型', en: 'Type' },
  personName: { zh: '姓名（与身份证一致）', en: 'Name (as on the identity card)' },
  companyName: { zh: '企业全称（与营业执照一致）', en: 'Full company name (as on the business licence)' },
  personNumber: { zh: '身份证号码', en: 'Identity number' },
  companyNumber: { zh: '统一社会信用代码', en: 'Unified social credit code' },
  from: { zh: '有效期自', en: 'Valid from' },
  until: { zh: '有效期至', en: 'Valid until' },
  longTerm: { zh: '长期有效', en: 'Long-term' },
  contact: { zh: '联系方式', en: 'Contact details' },
  phone: { zh: '手机号', en: 'Phone number' },
  email: { zh: '邮箱（审核进度发到这里）', en: 'Email address (we send updates here)' },
  selling: { zh: '销售', en: 'Sales' },
  region: { zh: '希望销售的区域', en: 'Region' },
  channels: { zh: '销售渠道', en: 'Channels' },
  channelsHint: {
    zh: '可多选，也可输入店铺或账号名称',
    en: 'Select one or more, or enter the name of a shop or account',
  },
  sponsorCode: { zh: '推荐码（选填）', en: 'Referral code (optional)' },
  shopCustomerId: { zh: '商城账号 ID（选填）', en: 'Your customer ID in the shop (optional)' },
  account: { zh: '收款账户', en: 'Payout account' },
  cardNumber: { zh: '银行卡号', en: 'Card number' },
  accountNumber: { zh: '对公账号', en: 'Account number' },
  holder: { zh: '户名（须与申请人一致）', en: 'Account holder (must be the applicant)' },
  bankName: { zh: '开户银行', en: 'Bank' },
  documents: { zh: '证明材料', en: 'Documents' },
  personDocuments: {
    zh: '请上传身份证正反面照片，以及上面所填其他资质的照片或扫描件。',
    en: 'Upload photos of both sides of your identity card, and a photo or scan of each other credential.',
  },
  companyDocuments: {
    zh: '请上传营业执照，以及上面所填其他资质的照片或扫描件。',
    en: 'Upload the business licence, and a photo or scan of each other credential.',
  },
  more: { zh: '其他资质（按销售品类需要）', en: 'Other credentials (as required for your products)' },
  addCredential: { zh: '添加资质', en: 'Add credential' },
  maxCredentials: { zh: '最多 20 项资质。', en: 'Max 20 credentials.' },
  removeCredential: { zh: '删除此资质', en: 'Remove credential' },
  credentialType: { zh: '资质类型', en: 'Credential' },
  credentialNumber: { zh: '编号', en: 'Number' },
  credentialHolder: { zh: '持有人', en: 'Holder' },
  required: { zh: '请填写此项', en: 'Required' },
  email_: { zh: '邮箱格式不正确', en: 'Not a valid email address' },
  saved: {
    zh: '填写内容自动保存在本浏览器；证件号和账号在关闭页面后清除。',
    en: 'Your entries are saved in this browser. Identity and account numbers are cleared when you close the page.',
  },
  again: { zh: '重新填写', en: 'Start over' },
  refusedFiles: {
    zh: '有文件未被接受，请在下面移除或更换',
    en: 'Some files were not accepted; remove or replace them below',
  },
  fix: { zh: '请修改标红的内容', en: 'Correct the marked fields' },
} satisfies Record<string, Text>;

/** Including the identity document, an application has max 20 credentials. */
const MAX_EXTRA_CREDENTIALS = 19;

interface ApplicationFormProps {
  /** Key of the draft in browser storage. */
  storeAs: string;
  /** Initial values, also after starting over. */
  initial?: Draft;
  /** Values from the link; they override an earlier draft. */
  linked?: Partial<Draft>;
  /** Masked numbers submitted before. */
  masked?: { identityNumber: string; account: string };
  submit: Text;
  /** @throws DocumentsError where files could not be uploaded, which the form then says beside them */
  onSubmit: (body: PostBody<'/v1/applications'>, key: IdempotencyKey, files: File[]) => Promise<unknown>;
}

/** The application form: saved while typing, validated with the server's rules. */
export function ApplicationForm({
  storeAs,
  initial = EMPTY_DRAFT,
  linked,
  masked,
  submit,
  onSubmit,
}: ApplicationFormProps) {
  const { t, locale } = useLocale();
  const problemText = useProblemText();
  const [store] = useState(() => draftStore(storeAs));
  const [form] = Form.useForm<Draft>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [files, setFiles] = useState<File[]>([]);
  const { send } = useSend();
  const kind = Form.useWatch('kind', form) ?? initial.kind;
  const isPerson = kind === 'person';

  useEffect(() => {
    // Visible messages change with the language.
    const wrong = form.getFieldsError().filter(({ errors }) => errors.length > 0);
    if (locale && wrong.length)
      void form.validateFields(wrong.map(({ name }) => name)).catch(() => undefined);
  }, [form, locale]);

  const finish = async (draft: Draft) => {
    setBusy(true);
    setProblem(undefined);
    const body = toSubmission({ ...draft, kind }, locale);
    try {
      await send(body, (key) => onSubmit(body, key, files));
      store.remove();
    } catch (error) {
      setProblem(error);
      if (error instanceof ProblemError) {
        const fields = error.fields.flatMap(({ pointer, detail }) => {
          const name = fieldOf(pointer);
          return name ? [{ name, errors: [detail] }] : [];
        });
        // The names are field names of the form, whose type lists them individually only.
        form.setFields(fields as Parameters<typeof form.setFields>[0]);
        if (fields[0]) form.scrollToField(fields[0].name, { block: 'center' });
      }
    } finally {
      setBusy(false);
    }
  };

  const required: Rule = { required: true, whitespace: true, message: t(TEXTS.required) };
  const checked = (check: (value: string) => CheckResult): Rule => ({
    validator: (_, value?: string) => {
      const result = value?.trim() ? check(value) : undefined;
      if (!result || result.passed) return Promise.resolve();
      const text = CHECK_CODES[result.code];
      return Promise.reject(new Error(text ? t(text) : result.reason));
    },
  });
  const today = dayjs().format('YYYY-MM-DD');

  return (
    <Form<Draft>
      form={form}
      layout="vertical"
      size="large"
      scrollToFirstError={{ block: 'center' }}
      initialValues={{ ...(store.read() ?? initial), ...linked }}
      onValuesChange={(_, draft) => store.write({ ...draft, kind: draft.kind ?? kind })}
      onFinish={(draft) => void finish(draft)}
      onFinishFailed={() => setProblem(undefined)}
    >
      {problem !== undefined && (
        <Alert
          role="alert"
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={
            problem instanceof DocumentsError
              ? t(TEXTS.refusedFiles)
              : problem instanceof ProblemError && problem.fields.length
                ? t(TEXTS.fix)
                : problemText(problem).title
          }
          description={problem instanceof DocumentsError ? undefined : problemText(problem).detail}
        />
      )}
      <h2>{t(TEXTS.who)}</h2>
      <Form.Item name="kind" label={t(TEXTS.kind)}>
        <Radio.Group
          optionType="button"
          options={[
            { value: 'person', label: t(APPLICANT_KINDS.person) },
            { value: 'company', label: t(APPLICANT_KINDS.company) },
          ]}
        />
      </Form.Item>
      <Form.Item name="name" label={t(isPerson ? TEXTS.personName : TEXTS.companyName)} rules={[required]}>
        <Input
          maxLength={200}
          autoComplete={isPerson ? 'name' : 'organization'}
          onBlur={({ target }) => {
            if (target.value && !form.getFieldValue(['account', 'holder']))
              form.setFieldValue(['account', 'holder'], target.value.trim());
          }}
        />
      </Form.Item>
      <Form.Item
        name="identityNumber"
        label={t(isPerson ? TEXTS.personNumber : TEXTS.companyNumber)}
        extra={masked && <Before number={masked.identityNumber} />}
        validateDebounce={700}
        dependencies={['kind']}
        rules={[
          required,
          checked((number) =>
            isPerson ? checkResidentIdentityNumber(number, today) : checkUnifiedSocialCreditCode(number),
          ),
        ]}
      >
        <Input maxLength={64} autoComplete="off" autoCapitalize="characters" />
      </Form.Item>
      <Validity
        from="identityFrom"
        until="identityUntil"
        longTerm="identityLongTerm"
        path={[]}
        today={today}
        required={required}
      />

      <h2>{t(TEXTS.contact)}</h2>
      <Form.Item
        name="phone"
        label={t(TEXTS.phone)}
        validateDebounce={700}
        rules={[required, checked(checkPhone)]}
      >
        <Input maxLength={40} inputMode="tel" autoComplete="tel" />
      </Form.Item>
      <Form.Item
        name="email"
        label={t(TEXTS.email)}
        validateDebounce={700}
        rules={[required, { type: 'email', message: t(TEXTS.email_) }]}
      >
        <Input maxLength={254} inputMode="email" autoComplete="email" autoCapitalize="none" />
      </Form.Item>

      <h2>{t(TEXTS.selling)}</h2>
      <Form.Item name="region" label={t(TEXTS.region)} rules={[required]}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          options={REGION_OPTIONS.map(({ value, label }) => ({ value, label: t(label) }))}
        />
      </Form.Item>
      <Form.Item
        name="channels"
        label={t(TEXTS.channels)}
        extra={t(TEXTS.channelsHint)}
        normalize={(values: string[] | undefined) => values && [...new Set(values.map(channelOf))]}
        rules={[{ required: true, type: 'array', min: 1, max: 20, message: t(TEXTS.required) }]}
      >
        <Select
          mode="tags"
          tokenSeparators={[',', '，', '、']}
          onInputKeyDown={(event) => {
            // With nothing typed, the list would take Tab as another choice of the entry last chosen, and remove it.
            if (event.key === 'Tab' && !event.currentTarget.value) event.stopPropagation();
          }}
          options={Object.entries(CHANNELS).map(([value, label]) => ({ value, label: t(label) }))}
        />
      </Form.Item>
      <Form.Item name="sponsorCode" label={t(TEXTS.sponsorCode)}>
        <Input maxLength={40} autoComplete="off" autoCapitalize="characters" />
      </Form.Item>
      <Form.Item name="shopCustomerId" label={t(TEXTS.shopCustomerId)}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>

      <h2>{t(TEXTS.account)}</h2>
      <Form.Item
        name={['account', 'number']}
        label={t(isPerson ? TEXTS.cardNumber : TEXTS.accountNumber)}
        extra={masked && <Before number={masked.account} />}
        validateDebounce={700}
        dependencies={['kind']}
        rules={[required, checked((number) => checkBankAccount(number, isPerson ? 'card' : 'corporate'))]}
      >
        <Input maxLength={64} inputMode="numeric" autoComplete="off" />
      </Form.Item>
      <Form.Item name={['account', 'holder']} label={t(TEXTS.holder)} rules={[required]}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name={['account', 'bankName']} label={t(TEXTS.bankName)} rules={[required]}>
        <Input maxLength={200} />
      </Form.Item>

      <h2>{t(TEXTS.more)}</h2>
      <Form.List name="more">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <fieldset key={key} className="panel">
                <Form.Item name={[name, 'type']} label={t(TEXTS.credentialType)} rules={[required]}>
                  <Select
                    options={CREDENTIAL_TYPE_OPTIONS.map(({ value, label }) => ({ value, label: t(label) }))}
                  />
                </Form.Item>
                <Form.Item name={[name, 'number']} label={t(TEXTS.credentialNumber)} rules={[required]}>
                  <Input maxLength={100} autoComplete="off" />
                </Form.Item>
                <Form.Item name={[name, 'holder']} label={t(TEXTS.credentialHolder)} rules={[required]}>
                  <Input maxLength={200} />
                </Form.Item>
                <Validity
                  from={[name, 'from']}
                  until={[name, 'until']}
                  longTerm={[name, 'longTerm']}
                  path={['more']}
                  today={today}
                  required={required}
                />
                <Button icon={<DeleteOutlined />} onClick={() => remove(name)}>
                  {t(TEXTS.removeCredential)}
                </Button>
              </fieldset>
            ))}
            <Button
              icon={<PlusOutlined />}
              disabled={fields.length >= MAX_EXTRA_CREDENTIALS}
              onClick={() => add({ holder: form.getFieldValue('name') })}
            >
              {t(TEXTS.addCredential)}
            </Button>
            {fields.length >= MAX_EXTRA_CREDENTIALS && <div className="muted">{t(TEXTS.maxCredentials)}</div>}
          </>
        )}
      </Form.List>

      <h2>{t(TEXTS.documents)}</h2>
      <p>{t(isPerson ? TEXTS.personDocuments : TEXTS.companyDocuments)}</p>
      <FilePicker
        files={files}
        onChange={setFiles}
        faults={problem instanceof DocumentsError ? problem.faults : undefined}
        disabled={busy}
      />

      <Button type="primary" htmlType="submit" block loading={busy} style={{ marginTop: 24 }}>
        {t(submit)}
      </Button>
      <p className="muted">
        {t(TEXTS.saved)}{' '}
        <Button
          type="link"
          size="small"
          style={{ padding: 0 }}
          onClick={() => {
            store.remove();
            // Reset all fields, including restored ones.
            form.resetFields();
            form.setFieldsValue({ ...BLANK, ...initial, ...linked });
          }}
        >
          {t(TEXTS.again)}
        </Button>
      </p>
    </Form>
  );
}

/** The code of a channel typed by name. */
function channelOf(text: string): string {
  const plain = text.trim();
  const known = Object.entries(CHANNELS).find(([code, { zh, en }]) =>
    [code, zh, en].some((name) => name.toLowerCase() === plain.toLowerCase()),
  );
  return known?.[0] ?? plain;
}

const BLANK: Record<keyof Draft, undefined> = {
  kind: undefined,
  name: undefined,
  identityNumber: undefined,
  identityFrom: undefined,
  identityUntil: undefined,
  identityLongTerm: undefined,
  phone: undefined,
  email: undefined,
  region: undefined,
  channels: undefined,
  sponsorCode: undefined,
  shopCustomerId: undefined,
  account: undefined,
  more: undefined,
};

function Before({ number }: { number: string }) {
  const t = useT();
  return t({
    zh: `上次填写：${number}。为安全起见请重新输入完整号码。`,
    en: `Submitted before: ${number}. For security, enter the full number again.`,
  });
}

type Name = string | (string | number)[];

/** Validity: from, until, or long-term. */
function Validity({
  from,
  until,
  longTerm,
  path,
  today,
  required,
}: {
  from: Name;
  until: Name;
  longTerm: Name;
  /** Path of the list that contains the fields. */
  path: string[];
  today: string;
  required: Rule;
}) {
  const t = useT();
  const form = Form.useFormInstance();
  const isLongTerm = Boolean(Form.useWatch([...path, longTerm].flat(), form));
  const fromPath = [...path, from].flat();
  return (
    <div className="halves">
      <Form.Item name={from} label={t(TEXTS.from)} rules={[required]}>
        <Input type="date" />
      </Form.Item>
      <div>
        <Form.Item
          name={until}
          label={t(TEXTS.until)}
          style={{ marginBottom: 4 }}
          dependencies={[fromPath]}
          rules={
            isLongTerm
              ? []
              : [
                  required,
                  {
                    validator: (_, validUntil?: string) => {
                      const validFrom: unknown = form.getFieldValue(fromPath);
                      if (!validUntil || typeof validFrom !== 'string' || !validFrom)
                        return Promise.resolve();
                      const { passed, code, reason } = checkValidity({ validFrom, validUntil }, today);
                      const text = CHECK_CODES[code];
                      return passed ? Promise.resolve() : Promise.reject(new Error(text ? t(text) : reason));
                    },
                  },
                ]
          }
        >
          <Input type="date" disabled={isLongTerm} />
        </Form.Item>
        <Form.Item name={longTerm} valuePropName="checked">
          <Checkbox>{t(TEXTS.longTerm)}</Checkbox>
        </Form.Item>
      </div>
    </div>
  );
}
