-- A small tea shop in September 2026, as the first release leaves it. Sealed texts, hashes and tokens are made up:
-- nothing here opens them. Balances and late entries are made by the triggers of the transfers and orders.

-- People and how they sign in -------------------------------------------------------------------------------

INSERT INTO users (id, email, name, role, locale, password_hash, totp_secret_sealed, totp_confirmed_at, totp_last_step, oidc_subject, disabled_at) VALUES
  ('01990001-0000-7000-8000-000000000001', 'admin@shanye.example', '管理员', 'admin', 'zh-CN', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', 'k1:c2VhbGVk', '2026-08-20 02:00+00', 59544000, NULL, NULL),
  ('01990001-0000-7000-8000-000000000002', 'chen@shanye.example', '陈静', 'compliance', 'zh-CN', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', NULL, NULL, NULL, NULL, NULL),
  ('01990001-0000-7000-8000-000000000003', 'wang@shanye.example', '王磊', 'finance', 'zh-CN', NULL, NULL, NULL, NULL, 'https://id.example|wang', NULL),
  ('01990001-0000-7000-8000-000000000004', 'liu@shanye.example', 'Liu Yan', 'finance', 'en', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', NULL, NULL, NULL, NULL, NULL),
  ('01990001-0000-7000-8000-000000000005', 'zhao@shanye.example', '赵敏', 'operator', 'zh-CN', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', NULL, NULL, NULL, NULL, NULL),
  ('01990001-0000-7000-8000-000000000006', 'former@shanye.example', '孙浩', 'operator', 'zh-CN', NULL, NULL, NULL, NULL, NULL, '2026-09-10 09:00+00');

INSERT INTO recovery_codes (user_id, code_hash, used_at) VALUES
  ('01990001-0000-7000-8000-000000000001', '\x01', NULL),
  ('01990001-0000-7000-8000-000000000001', '\x02', '2026-09-01 01:00+00');

INSERT INTO sessions (id, user_id, token_hash, user_agent, created_at, last_seen_at, ended_at) VALUES
  ('01990009-0000-7000-8000-000000000001', '01990001-0000-7000-8000-000000000002', '\x11', 'Mozilla/5.0', '2026-09-20 01:00+00', '2026-09-20 09:00+00', NULL),
  ('01990009-0000-7000-8000-000000000002', '01990001-0000-7000-8000-000000000006', '\x12', NULL, '2026-09-09 01:00+00', '2026-09-10 08:00+00', '2026-09-10 09:00+00');

INSERT INTO sign_in_attempts (subject, failures, last_at, blocked_until) VALUES
  ('account/5f1c', 2, '2026-09-20 00:58+00', NULL),
  ('address/9a3e', 10, '2026-09-20 00:59+00', '2026-09-20 01:14+00');

INSERT INTO api_keys (id, user_id, name, secret_hash, scopes, created_by, created_at, expires_at, revoked_at, revoked_by) VALUES
  ('k_bootstrap', '01990001-0000-7000-8000-000000000001', 'Bootstrap', '\x21', '{orders:write,orders:read}', NULL, '2026-08-20 00:00+00', NULL, NULL, NULL),
  ('k_shop', '01990001-0000-7000-8000-000000000005', 'Shop', '\x22', '{orders:write}', '01990001-0000-7000-8000-000000000001', '2026-08-21 00:00+00', '2027-08-21 00:00+00', NULL, NULL),
  ('k_old', '01990001-0000-7000-8000-000000000006', 'Old shop', '\x23', '{orders:write}', '01990001-0000-7000-8000-000000000001', '2026-08-21 00:00+00', NULL, '2026-09-10 09:00+00', '01990001-0000-7000-8000-000000000001');

INSERT INTO idempotency_keys (user_id, key, request_hash, resource_id, status, body, created_at) VALUES
  ('01990001-0000-7000-8000-000000000005', 'order-1001', '\x31', '01990009-0000-7000-8000-000000000011', 201, '{"id": "1001"}', '2026-09-01 02:00+00'),
  ('01990001-0000-7000-8000-000000000003', 'run-2', '\x32', '01990009-0000-7000-8000-000000000012', NULL, NULL, '2026-09-20 02:00+00');

-- Applications, distributors, credentials -------------------------------------------------------------------

INSERT INTO applications (id, state, round, policy, kind, name, email, phone, channels, region, locale, sponsor_code, shop_customer_id, identity_number_sealed, identity_number_hash, identity_number_masked, bank_account_sealed, bank_account_hash, bank_account_masked, bank_account_holder, bank_name, phone_hash, fingerprint, submitted_at, changes_requested, changes_reason_code, changes_note, changes_deadline, changes_reminder_at, tier, decision_reason, decision_reason_code, decision_note, decided_by, decided_at, erased_at) VALUES
  ('01990002-0000-7000-8000-000000000001', 'approved', 1, '{"changesDeadlineMs": 1209600000, "reminderBeforeMs": 259200000}', 'person', '林秋', 'lin@example.com', '+8613800000001', '{douyin,wechat}', 'CN-ZJ', 'zh-CN', NULL, 'c-100', 'k1:a1', '\xa1', '330***********001X', 'k1:b1', '\xb1', '6222 **** 0001', '林秋', '中国工商银行', '\xc1', '\xd1', '2026-08-21 01:00+00', NULL, NULL, NULL, NULL, NULL, 'gold', NULL, NULL, NULL, '01990001-0000-7000-8000-000000000002', '2026-08-22 01:00+00', NULL),
  ('01990002-0000-7000-8000-000000000002', 'approved', 2, '{"changesDeadlineMs": 1209600000, "reminderBeforeMs": 259200000}', 'person', '周岚', 'zhou@example.com', '+8613800000002', '{xiaohongshu}', 'CN-SH', 'zh-CN', 'LINQ7K2M', NULL, 'k1:a2', '\xa2', '310***********0024', 'k1:b2', '\xb2', '6222 **** 0002', '周岚', '招商银行', '\xc2', '\xd2', '2026-08-22 02:00+00', NULL, NULL, NULL, NULL, NULL, 'silver', NULL, NULL, 'Phone number checked by a call.', '01990001-0000-7000-8000-000000000002', '2026-08-25 01:00+00', NULL),
  ('01990002-0000-7000-8000-000000000003', 'approved', 1, '{"changesDeadlineMs": 1209600000, "reminderBeforeMs": 259200000}', 'company', '杭州青禾贸易有限公司', 'qinghe@example.com', '+8613800000003', '{store}', 'CN-ZJ', 'zh-CN', 'ZHOUL4NP', NULL, 'k1:a3', '\xa3', '9133**********0036', 'k1:b3', '\xb3', '3300 **** 0003', '杭州青禾贸易有限公司', '中国建设银行', '\xc3', '\xd3', '2026-08-23 02:00+00', NULL, NULL, NULL, NULL, NULL, 'silver', NULL, NULL, NULL, '01990001-0000-7000-8000-000000000002', '2026-08-26 01:00+00', NULL),
  ('01990002-0000-7000-8000-000000000004', 'approved', 1, '{"changesDeadlineMs": 1209600000, "reminderBeforeMs": 259200000}', 'person', 'Ben Wood', 'ben@example.com', '+447700900004', '{youtube}', 'GB', 'en', NULL, NULL, 'k1:a4', '\xa4', 'A12****04', '', '\xb4', '', '', '', '\xc4', '\xd4', '2026-08-24 02:00+00', NULL, NULL, NULL, NULL, NULL, 'silver', NULL, NULL, NULL, '01990001-0000-7000-8000-000000000002', '2026-08-27 01:00+00', NULL),
  ('01990002-0000-7000-8000-000000000005', 'submitted', 1, '{"changesDeadlineMs": 1209600000, "reminderBeforeMs": 259200000}', 'person', '吴桐', 'wu@example.com', '+8613800000005', '{douyin}', 'CN-JS', 'zh-CN', NULL, NULL, 'k1:a5', '\xa5', '320***********0053', 'k1:b5', '\xb5', '6222 **** 0005', '吴桐', '中国银行', '\xc5', '\xd5', '2026-09-20 08:00+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('01990002-0000-7000-8000-000000000006', 'in_review', 1, '{"changesDeadlineMs": 1209600000, "reminderBeforeMs": 259200000}', 'company', '上海闻香茶业有限公司', 'wenxiang@example.com', '+8613800000006', '{store,wechat}', 'CN-SH', 'zh-CN', 'NOBODY00', NULL, 'k1:a6', '\xa6', '9131**********006X', 'k1:b6', '\xb6', '3100 **** 0006', '上海闻香茶业有限公司', '交通银行', '\xc6', '\xd6', '2026-09-18 08:00+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('01990002-0000-7000-8000-000000000007', 'changes_requested', 1, '{"changesDeadlineMs": 1209600000, "reminderBeforeMs": 259200000}', 'person', '郑可', 'zheng@example.com', '+8613800000007', '{wechat}', 'CN-GD', 'zh-CN', NULL, NULL, 'k1:a7', '\xa7', '440***********0071', 'k1:b7', '\xb7', '6222 **** 0007', '郑可', '中国农业银行', '\xc7', '\xd7', '2026-09-15 08:00+00', '上传的证件不清晰或不完整，请重新提交四角完整、文字清楚的版本。', 'document_unreadable', '背面反光', '2026-09-30 08:00+00', '2026-09-27 08:00+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('01990002-0000-7000-8000-000000000008', 'rejected', 1, '{"changesDeadlineMs": 1209600000, "reminderBeforeMs": 259200000}', 'person', '', '', '', '{}', 'CN-BJ', 'zh-CN', NULL, NULL, '', '\xa8', '', '', '\xb8', '', '', '', '\xc8', '\xd8', '2026-08-21 08:00+00', NULL, NULL, NULL, NULL, NULL, NULL, '资料不符合要求。', 'other', NULL, '01990001-0000-7000-8000-000000000002', '2026-08-22 08:00+00', '2026-09-21 19:00+00'),
  ('01990002-0000-7000-8000-000000000009', 'withdrawn', 1, '{"changesDeadlineMs": 1209600000, "reminderBeforeMs": 259200000}', 'person', '冯雪', 'feng@example.com', '+8613800000009', '{douyin}', 'CN-SC', 'zh-CN', NULL, NULL, 'k1:a9', '\xa9', '510***********0096', 'k1:b9', '\xb9', '6222 **** 0009', '冯雪', '中国银行', '\xc9', '\xd9', '2026-09-01 08:00+00', NULL, NULL, NULL, NULL, NULL, NULL, 'The deadline for changes has passed.', NULL, NULL, NULL, '2026-09-16 08:00+00', NULL);

INSERT INTO application_checks (application_id, round, name, passed, code, reason, at) VALUES
  ('01990002-0000-7000-8000-000000000001', 1, 'identity_number', true, 'identity_number_valid', 'The number is well formed.', '2026-08-21 01:01+00'),
  ('01990002-0000-7000-8000-000000000002', 1, 'phone', false, 'phone_unknown_prefix', 'The number has no known prefix.', '2026-08-22 02:01+00'),
  ('01990002-0000-7000-8000-000000000002', 2, 'phone', true, 'phone_valid', 'The number is well formed.', '2026-08-24 02:01+00'),
  ('01990002-0000-7000-8000-000000000006', 1, 'sponsor', false, 'sponsor_unknown', 'No distributor has the referral code NOBODY00.', '2026-09-18 08:01+00'),
  ('01990002-0000-7000-8000-000000000006', 1, 'credential/1/validity', true, 'valid', 'business_license: The credential is valid long-term.', '2026-09-18 08:01+00');

INSERT INTO application_claims (application_id, user_id, claimed_at, expires_at) VALUES
  ('01990002-0000-7000-8000-000000000006', '01990001-0000-7000-8000-000000000002', '2026-09-20 08:30+00', '2026-09-20 09:00+00');

INSERT INTO distributors (id, application_id, referral_code, kind, name, email, phone, channels, region, locale, tier, sponsor_id, shop_customer_id, identity_number_hash, bank_account_sealed, bank_account_masked, bank_account_holder, bank_name, created_at, terminated_at) VALUES
  ('01990003-0000-7000-8000-000000000001', '01990002-0000-7000-8000-000000000001', 'LINQ7K2M', 'person', '林秋', 'lin@example.com', '+8613800000001', '{douyin,wechat}', 'CN-ZJ', 'zh-CN', 'gold', NULL, 'c-100', '\xa1', 'k1:b1', '6222 **** 0001', '林秋', '中国工商银行', '2026-08-22 01:00+00', NULL),
  ('01990003-0000-7000-8000-000000000002', '01990002-0000-7000-8000-000000000002', 'ZHOUL4NP', 'person', '周岚', 'zhou@example.com', '+8613800000002', '{xiaohongshu}', 'CN-SH', 'zh-CN', 'silver', '01990003-0000-7000-8000-000000000001', NULL, '\xa2', 'k1:b2', '6222 **** 0002', '周岚', '招商银行', '2026-08-25 01:00+00', NULL),
  ('01990003-0000-7000-8000-000000000003', '01990002-0000-7000-8000-000000000003', 'QING9HXT', 'company', '杭州青禾贸易有限公司', 'qinghe@example.com', '+8613800000003', '{store}', 'CN-ZJ', 'zh-CN', 'silver', '01990003-0000-7000-8000-000000000002', NULL, '\xa3', 'k1:b3', '3300 **** 0003', '杭州青禾贸易有限公司', '中国建设银行', '2026-08-26 01:00+00', NULL),
  -- Imported without a bank account, and terminated.
  ('01990003-0000-7000-8000-000000000004', '01990002-0000-7000-8000-000000000004', 'BENW3D5R', 'person', 'Ben Wood', 'ben@example.com', '+447700900004', '{youtube}', 'GB', 'en', 'silver', NULL, NULL, '\xa4', '', '', '', '', '2026-08-27 01:00+00', '2026-09-05 00:00+00');

UPDATE applications SET distributor_id = d.id FROM distributors d WHERE d.application_id = applications.id;

INSERT INTO users (id, email, name, role, distributor_id, locale, password_hash) VALUES
  ('01990001-0000-7000-8000-000000000007', 'lin@example.com', '林秋', 'distributor', '01990003-0000-7000-8000-000000000001', 'zh-CN', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA'),
  ('01990001-0000-7000-8000-000000000008', 'zhou@example.com', '周岚', 'distributor', '01990003-0000-7000-8000-000000000002', 'zh-CN', NULL);

INSERT INTO sign_in_links (id, user_id, purpose, created_at, expires_at, used_at, voided_at) VALUES
  ('01990009-0000-7000-8000-000000000021', '01990001-0000-7000-8000-000000000007', 'set_password', '2026-08-22 01:00+00', '2026-08-29 01:00+00', '2026-08-22 03:00+00', NULL),
  ('01990009-0000-7000-8000-000000000022', '01990001-0000-7000-8000-000000000008', 'set_password', '2026-08-25 01:00+00', '2026-09-01 01:00+00', NULL, NULL);

INSERT INTO credentials (id, application_id, distributor_id, round, type, number_sealed, number_hash, number_masked, holder, valid_from, valid_until) VALUES
  ('01990004-0000-7000-8000-000000000001', '01990002-0000-7000-8000-000000000001', '01990003-0000-7000-8000-000000000001', 1, 'resident_identity_card', 'k1:a1', '\xa1', '330***********001X', '林秋', '2020-01-01', '2040-01-01'),
  -- The first round of an application that was asked for changes: of no distributor.
  ('01990004-0000-7000-8000-000000000002', '01990002-0000-7000-8000-000000000002', NULL, 1, 'resident_identity_card', 'k1:e2', '\xe2', '310***********0042', '周岚', '2016-05-01', '2026-05-01'),
  ('01990004-0000-7000-8000-000000000003', '01990002-0000-7000-8000-000000000002', '01990003-0000-7000-8000-000000000002', 2, 'resident_identity_card', 'k1:a2', '\xa2', '310***********0024', '周岚', '2026-05-02', '2046-05-02'),
  ('01990004-0000-7000-8000-000000000004', '01990002-0000-7000-8000-000000000003', '01990003-0000-7000-8000-000000000003', 1, 'business_license', 'k1:a3', '\xa3', '9133**********0036', '杭州青禾贸易有限公司', '2019-03-12', NULL),
  ('01990004-0000-7000-8000-000000000005', '01990002-0000-7000-8000-000000000003', '01990003-0000-7000-8000-000000000003', 1, 'food_business_license', 'k1:e5', '\xe5', 'JY13*******0005', '杭州青禾贸易有限公司', '2021-09-10', '2026-09-09'),
  ('01990004-0000-7000-8000-000000000006', '01990002-0000-7000-8000-000000000003', '01990003-0000-7000-8000-000000000003', 1, 'trademark_authorization', 'k1:e6', '\xe6', 'SQ20****0006', '杭州青禾贸易有限公司', '2025-12-20', '2026-12-19'),
  ('01990004-0000-7000-8000-000000000007', '01990002-0000-7000-8000-000000000006', NULL, 1, 'business_license', 'k1:a6', '\xa6', '9131**********006X', '上海闻香茶业有限公司', '2024-01-08', NULL);

INSERT INTO blacklist_entries (id, kind, number_hash, number_masked, reason, created_by, created_at) VALUES
  ('01990009-0000-7000-8000-000000000031', 'phone', '\xcf', '+86138****0099', '多次虚假下单', '01990001-0000-7000-8000-000000000002', '2026-09-02 01:00+00');

-- Products, customers, plans --------------------------------------------------------------------------------

INSERT INTO products (sku, name, category, price, currency, updated_at) VALUES
  ('TEA-GREEN-50', '明前龙井 50 克', '茶叶', 12800, 'CNY', '2026-08-21 01:00+00'),
  ('TEA/红茶 80g', '正山小种 80 克', '茶叶', 9900, 'CNY', '2026-08-21 01:00+00'),
  ('CUP-1', '白瓷杯', '茶具', 5900, 'CNY', '2026-08-21 01:00+00'),
  ('SAMPLE', 'SAMPLE', NULL, 0, 'CNY', '2026-09-03 01:00+00');

INSERT INTO customers (id, external_id, device_id, created_at) VALUES
  ('c-100', 'c-100', 'device-1', '2026-09-01 02:00+00'),
  ('c-200', 'c-200', 'device-2', '2026-09-01 02:00+00'),
  ('c/300 #1', 'c/300 #1', NULL, '2026-09-06 02:00+00');

INSERT INTO commission_plans (name, terms, created_by, created_at, effective_from, activated_by, activated_at, acknowledged_by, acknowledgement) VALUES
  ('2026 秋季', '{"returnWindowDays": 7, "automaticRelease": false, "inactiveUpline": "forfeit", "attributionDays": 365, "levels": [{"default": {"rateBp": 1000}, "rules": [{"category": "茶叶", "tier": "gold", "earning": {"rateBp": 2000}}]}, {"default": {"rateBp": 300}, "rules": []}]}', '01990001-0000-7000-8000-000000000003', '2026-08-21 02:00+00', '2026-08-21 16:00+00', '01990001-0000-7000-8000-000000000003', '2026-08-21 03:00+00', NULL, NULL),
  ('自动结算', '{"returnWindowDays": 7, "automaticRelease": true, "inactiveUpline": "next_up", "attributionDays": 180, "levels": [{"default": {"rateBp": 1000}, "rules": [{"sku": "CUP-1", "earning": {"fixed": 300, "currency": "CNY"}}]}, {"default": {"rateBp": 300}, "rules": []}, {"default": {"rateBp": 100}, "rules": []}]}', '01990001-0000-7000-8000-000000000003', '2026-09-08 02:00+00', '2026-09-09 16:00+00', '01990001-0000-7000-8000-000000000004', '2026-09-09 03:00+00', '01990001-0000-7000-8000-000000000002', 'Third level checked with counsel.'),
  ('草案', '{"returnWindowDays": 15, "automaticRelease": false, "inactiveUpline": "forfeit", "attributionDays": 365, "levels": [{"default": {"rateBp": 800}, "rules": []}]}', '01990001-0000-7000-8000-000000000004', '2026-09-19 02:00+00', NULL, NULL, NULL, NULL, NULL);

-- Orders ----------------------------------------------------------------------------------------------------

INSERT INTO orders (id, external_id, fingerprint, state, customer_id, currency, paid_at, region, distributor_id, attribution, plan_id, created_at)
SELECT o.id, o.id, sha256(convert_to(o.id, 'UTF8')), o.state, o.customer, 'CNY', o.paid_at::timestamptz, 'CN-ZJ', o.distributor::uuid,
  jsonb_build_object('reason', o.reason, 'explanation', o.explanation, 'distributorId', o.distributor, 'code', o.code,
    'chain', CASE WHEN o.distributor IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_object('level', 1, 'distributorId', o.distributor,
      'tier', 'silver', 'outcome', CASE o.id WHEN '1007' THEN 'not_accrued' ELSE 'earns' END)) END),
  o.plan, o.paid_at::timestamptz + interval '5 seconds'
FROM (VALUES
  -- Delivered and over; released to seller and sponsor.
  ('1001', 'closed', 'c-200', '2026-09-01 02:00+00', '01990003-0000-7000-8000-000000000002', 'code', 'The order used the distributor''s referral code ZHOUL4NP.', 'ZHOUL4NP', 1),
  -- Of a guest, on its way.
  ('1002', 'open', NULL, '2026-09-15 02:00+00', '01990003-0000-7000-8000-000000000002', 'code', 'The order used the distributor''s referral code ZHOUL4NP.', 'ZHOUL4NP', 1),
  -- Delivered, with an open return.
  ('1003', 'open', 'c-200', '2026-09-08 02:00+00', '01990003-0000-7000-8000-000000000002', 'customer_binding', 'An earlier order bound the customer to this distributor.', NULL, 1),
  -- Over, and due in a release run.
  ('1004', 'closed', 'c/300 #1', '2026-09-06 02:00+00', '01990003-0000-7000-8000-000000000001', 'code', 'The order used the distributor''s referral code LINQ7K2M.', 'LINQ7K2M', 1),
  -- Canceled before it was shipped.
  ('1005', 'closed', 'c-200', '2026-09-07 02:00+00', '01990003-0000-7000-8000-000000000002', 'customer_binding', 'An earlier order bound the customer to this distributor.', NULL, 1),
  -- Returned after the release: clawed back, and more than was left.
  ('1006', 'closed', NULL, '2026-08-28 02:00+00', '01990003-0000-7000-8000-000000000003', 'code', 'The order used the distributor''s referral code QING9HXT.', 'QING9HXT', 1),
  -- Paid after its distributor was terminated.
  ('1007', 'open', NULL, '2026-09-10 02:00+00', '01990003-0000-7000-8000-000000000004', 'code', 'The order used the distributor''s referral code BENW3D5R.', 'BENW3D5R', 2),
  -- A number as some shops write it, returned in part and in its return window.
  ('2026/09 #7', 'open', 'c-200', '2026-09-09 02:00+00', '01990003-0000-7000-8000-000000000002', 'customer_binding', 'An earlier order bound the customer to this distributor.', NULL, 1),
  -- Under the automatic plan: due, and kept back by a hold.
  ('1009', 'closed', NULL, '2026-09-10 03:00+00', '01990003-0000-7000-8000-000000000001', 'code', 'The order used the distributor''s referral code LINQ7K2M.', 'LINQ7K2M', 2),
  -- Of nobody.
  ('1010', 'closed', NULL, '2026-09-03 01:00+00', NULL, 'no_code', 'The order has no referral code, and the customer is not bound to a distributor.', NULL, 1)
) AS o (id, state, customer, paid_at, distributor, reason, explanation, code, plan);

INSERT INTO order_lines (order_id, line_id, position, state, sku, category, quantity, unit_price, discount, net_amount, returned_quantity, shipped_at, delivered_at, delivery_named, window_ends_at) VALUES
  ('1001', '1', 0, 'closed', 'TEA-GREEN-50', '茶叶', 1, 12800, 0, 12800, 0, '2026-09-01 08:00+00', '2026-09-03 08:00+00', true, '2026-09-10 08:00+00'),
  ('1002', '1', 0, 'shipped', 'CUP-1', '茶具', 1, 5900, 0, 5900, 0, '2026-09-16 08:00+00', NULL, false, NULL),
  ('1002', '2', 1, 'paid', 'SAMPLE', NULL, 1, 0, 0, 0, 0, NULL, NULL, false, NULL),
  ('1003', '1', 0, 'return_requested', 'TEA-GREEN-50', '茶叶', 1, 12800, 0, 12800, 0, '2026-09-09 08:00+00', '2026-09-11 08:00+00', false, '2026-09-18 08:00+00'),
  ('1004', '1', 0, 'closed', 'TEA-GREEN-50', '茶叶', 1, 12800, 0, 12800, 0, '2026-09-07 08:00+00', '2026-09-09 08:00+00', true, '2026-09-16 08:00+00'),
  ('1004', '2', 1, 'closed', 'CUP-1', '茶具', 1, 5900, 0, 5900, 0, '2026-09-07 08:00+00', '2026-09-09 08:00+00', true, '2026-09-16 08:00+00'),
  ('1005', '1', 0, 'canceled', 'CUP-1', '茶具', 1, 5900, 0, 5900, 0, NULL, NULL, false, NULL),
  ('1006', '1', 0, 'returned', 'TEA-GREEN-50', '茶叶', 1, 12800, 0, 12800, 1, '2026-08-28 08:00+00', '2026-08-30 08:00+00', true, '2026-09-06 08:00+00'),
  ('1007', '1', 0, 'delivered', 'TEA-GREEN-50', '茶叶', 1, 12800, 0, 12800, 0, '2026-09-11 08:00+00', '2026-09-14 08:00+00', false, '2026-09-21 08:00+00'),
  ('2026/09 #7', 'a/1', 0, 'delivered', 'TEA/红茶 80g', '茶叶', 2, 9900, 600, 19200, 1, '2026-09-10 08:00+00', '2026-09-14 08:00+00', true, '2026-09-21 20:00+00'),
  ('1009', '1', 0, 'closed', 'TEA-GREEN-50', '茶叶', 1, 12800, 0, 12800, 0, '2026-09-10 08:00+00', '2026-09-12 08:00+00', true, '2026-09-19 08:00+00'),
  ('1010', '1', 0, 'closed', 'SAMPLE', NULL, 3, 0, 0, 0, 0, NULL, '2026-09-04 08:00+00', false, '2026-09-11 08:00+00');

INSERT INTO customer_bindings (customer_id, bound_at, distributor_id, order_id) VALUES
  ('c-200', '2026-09-01 02:00+00', '01990003-0000-7000-8000-000000000002', '1001'),
  ('c/300 #1', '2026-09-06 02:00+00', '01990003-0000-7000-8000-000000000001', '1004');

INSERT INTO returns (order_id, id, state, reason, requested_at, resolved_at, lines) VALUES
  ('1003', 'R1', 'requested', '不想要了', '2026-09-15 08:00+00', NULL, '[{"lineId": "1", "quantity": 1}]'),
  ('1006', 'R1', 'refunded', '质量问题', '2026-09-12 08:00+00', '2026-09-14 08:00+00', '[{"lineId": "1", "quantity": 1}]'),
  ('2026/09 #7', 'R/1', 'refunded', '包装破损', '2026-09-15 08:00+00', '2026-09-15 20:00+00', '[{"lineId": "a/1", "quantity": 1}]'),
  ('1001', 'R1', 'rejected', '不想要了', '2026-09-18 08:00+00', '2026-09-19 08:00+00', '[{"lineId": "1", "quantity": 1}]');

INSERT INTO early_events (order_id, key, event, received_at, refusal) VALUES
  ('1011', 'delivered//1789776000000', '{"type": "delivered", "at": 1789776000000, "actor": "shop"}', '2026-09-19 00:00+00', NULL),
  ('1005', 'shipped//1788854400000', '{"type": "shipped", "at": 1788854400000, "actor": "shop"}', '2026-09-08 08:00+00', '{"code": "order_closed", "message": "Order 1005 is closed; only returns are possible."}');

INSERT INTO accepted_orders (id, payment, accepted_at) VALUES
  ('1012', '{"externalId": "1012", "paidAt": "2026-09-20T08:00:00Z", "currency": "CNY", "customer": {"externalId": "c-200"}, "shipTo": {"region": "CN-SH"}, "lines": [{"lineId": "1", "sku": "CUP-1", "quantity": 1, "unitPrice": 5900}]}', '2026-09-20 08:00+00');

-- Commissions, numbered 1 to 13 in this order ---------------------------------------------------------------

INSERT INTO commissions (order_id, line_id, level, distributor_id, state, currency, original_amount, amount, rule, automatic, not_accrued_by, due_at, released_at, created_at) VALUES
  ('1001', '1', 1, '01990003-0000-7000-8000-000000000002', 'released', 'CNY', 1280, 1280, '{"matched": "default", "earning": {"rateBp": 1000}, "tier": "silver"}', false, NULL, '2026-09-10 08:00+00', '2026-09-12 02:00+00', '2026-09-01 02:00+00'),
  ('1001', '1', 2, '01990003-0000-7000-8000-000000000001', 'released', 'CNY', 384, 384, '{"matched": "default", "earning": {"rateBp": 300}, "tier": "gold"}', false, NULL, '2026-09-10 08:00+00', '2026-09-12 02:00+00', '2026-09-01 02:00+00'),
  ('1002', '1', 1, '01990003-0000-7000-8000-000000000002', 'held', 'CNY', 590, 590, '{"matched": "default", "earning": {"rateBp": 1000}, "tier": "silver"}', false, NULL, NULL, NULL, '2026-09-15 02:00+00'),
  ('1002', '1', 2, '01990003-0000-7000-8000-000000000001', 'held', 'CNY', 177, 177, '{"matched": "default", "earning": {"rateBp": 300}, "tier": "gold"}', false, NULL, NULL, NULL, '2026-09-15 02:00+00'),
  ('1003', '1', 1, '01990003-0000-7000-8000-000000000002', 'held', 'CNY', 1280, 1280, '{"matched": "default", "earning": {"rateBp": 1000}, "tier": "silver"}', false, NULL, NULL, NULL, '2026-09-08 02:00+00'),
  ('1003', '1', 2, '01990003-0000-7000-8000-000000000001', 'held', 'CNY', 384, 384, '{"matched": "default", "earning": {"rateBp": 300}, "tier": "gold"}', false, NULL, NULL, NULL, '2026-09-08 02:00+00'),
  ('1004', '1', 1, '01990003-0000-7000-8000-000000000001', 'due', 'CNY', 2560, 2560, '{"matched": "category+tier", "earning": {"rateBp": 2000}, "tier": "gold"}', false, NULL, '2026-09-16 08:00+00', NULL, '2026-09-06 02:00+00'),
  ('1004', '2', 1, '01990003-0000-7000-8000-000000000001', 'due', 'CNY', 590, 590, '{"matched": "default", "earning": {"rateBp": 1000}, "tier": "gold"}', false, NULL, '2026-09-16 08:00+00', NULL, '2026-09-06 02:00+00'),
  ('1005', '1', 1, '01990003-0000-7000-8000-000000000002', 'reversed', 'CNY', 590, 0, '{"matched": "default", "earning": {"rateBp": 1000}, "tier": "silver"}', false, NULL, NULL, NULL, '2026-09-07 02:00+00'),
  ('1006', '1', 1, '01990003-0000-7000-8000-000000000003', 'clawed_back', 'CNY', 1280, 0, '{"matched": "default", "earning": {"rateBp": 1000}, "tier": "silver"}', false, NULL, '2026-09-06 08:00+00', '2026-09-07 02:00+00', '2026-08-28 02:00+00'),
  ('1007', '1', 1, '01990003-0000-7000-8000-000000000004', 'not_accrued', 'CNY', 1280, 1280, '{"matched": "default", "earning": {"rateBp": 1000}, "tier": "silver"}', true, '{}', NULL, NULL, '2026-09-10 02:00+00'),
  ('2026/09 #7', 'a/1', 1, '01990003-0000-7000-8000-000000000002', 'held', 'CNY', 1920, 960, '{"matched": "default", "earning": {"rateBp": 1000}, "tier": "silver"}', false, NULL, NULL, NULL, '2026-09-09 02:00+00'),
  ('1009', '1', 1, '01990003-0000-7000-8000-000000000001', 'due', 'CNY', 1280, 1280, '{"matched": "default", "earning": {"rateBp": 1000}, "tier": "gold"}', true, NULL, '2026-09-19 08:00+00', NULL, '2026-09-10 03:00+00');

INSERT INTO restrictions (id, distributor_id, category, sku, commission_id, currency, amount, effect, tier, cause, reason, note, placed_by, placed_at, effective_from, effective_until, lifted_by, lifted_at, lift_note) VALUES
  -- Open: a hold, a suspension without an end, one with, part of a balance, one category.
  ('01990005-0000-7000-8000-000000000001', '01990003-0000-7000-8000-000000000001', NULL, NULL, 13, NULL, NULL, 'no_release', NULL, 'user/01990001-0000-7000-8000-000000000003', 'finance', '核对发票', '01990001-0000-7000-8000-000000000003', '2026-09-18 02:00+00', '2026-09-18 02:00+00', NULL, NULL, NULL, NULL),
  ('01990005-0000-7000-8000-000000000002', '01990003-0000-7000-8000-000000000003', NULL, NULL, NULL, NULL, NULL, 'suspended', NULL, 'user/01990001-0000-7000-8000-000000000002', 'violation', '跨区销售，待核实', '01990001-0000-7000-8000-000000000002', '2026-09-15 02:00+00', '2026-09-15 02:00+00', NULL, NULL, NULL, NULL),
  ('01990005-0000-7000-8000-000000000003', '01990003-0000-7000-8000-000000000003', NULL, NULL, NULL, NULL, NULL, 'no_orders', NULL, 'credential/01990004-0000-7000-8000-000000000005', 'credential_expired', 'The food business licence has expired.', NULL, '2026-09-01 00:00+00', '2026-09-09 16:00+00', NULL, NULL, NULL, NULL),
  ('01990005-0000-7000-8000-000000000004', '01990003-0000-7000-8000-000000000002', NULL, NULL, NULL, 'CNY', 200, 'no_payout', NULL, 'user/01990001-0000-7000-8000-000000000003', 'risk', '待核对的退款', '01990001-0000-7000-8000-000000000003', '2026-09-18 03:00+00', '2026-09-18 03:00+00', '2026-10-18 03:00+00', NULL, NULL, NULL),
  ('01990005-0000-7000-8000-000000000005', '01990003-0000-7000-8000-000000000002', '茶具', NULL, NULL, NULL, NULL, 'no_accrual', NULL, 'user/01990001-0000-7000-8000-000000000002', 'other', '仅授权茶叶', '01990001-0000-7000-8000-000000000002', '2026-09-18 04:00+00', '2026-09-18 04:00+00', NULL, NULL, NULL, NULL),
  -- Lifted by a person and by the system.
  ('01990005-0000-7000-8000-000000000006', '01990003-0000-7000-8000-000000000001', NULL, NULL, 7, NULL, NULL, 'no_release', NULL, 'user/01990001-0000-7000-8000-000000000003', 'risk', '疑似刷单', '01990001-0000-7000-8000-000000000003', '2026-09-16 09:00+00', '2026-09-16 09:00+00', NULL, '01990001-0000-7000-8000-000000000004', '2026-09-17 02:00+00', '订单属实'),
  ('01990005-0000-7000-8000-000000000007', '01990003-0000-7000-8000-000000000001', NULL, NULL, NULL, NULL, NULL, 'tier_at_most', 'silver', 'credential/01990004-0000-7000-8000-000000000001', 'credential_expired', 'The identity card has expired.', NULL, '2026-08-25 00:00+00', '2026-08-25 00:00+00', NULL, NULL, '2026-08-26 00:00+00', 'Renewed.');

-- Release runs ----------------------------------------------------------------------------------------------

INSERT INTO release_runs (id, state, filter, item_count, totals, approvals_needed, proposed_by, proposed_at, finished_at, decision_reason) VALUES
  ('01990006-0000-7000-8000-000000000001', 'done', '{"commissionIds": [1, 2, 10]}', 3, '{"CNY": 1664}', 1, '01990001-0000-7000-8000-000000000003', '2026-09-12 01:00+00', '2026-09-12 02:00+00', NULL),
  ('01990006-0000-7000-8000-000000000002', 'proposed', '{"dueBefore": "2026-09-20T16:00:00.000Z", "currency": "CNY"}', 2, '{"CNY": 3150}', 2, '01990001-0000-7000-8000-000000000003', '2026-09-20 02:00+00', NULL, NULL),
  ('01990006-0000-7000-8000-000000000003', 'rejected', '{"commissionIds": [7]}', 1, '{"CNY": 2560}', 1, '01990001-0000-7000-8000-000000000003', '2026-09-17 01:00+00', '2026-09-17 02:00+00', '等待核对'),
  ('01990006-0000-7000-8000-000000000004', 'running', '{"distributorId": "01990003-0000-7000-8000-000000000001", "automatic": true}', 0, '{}', 0, NULL, '2026-09-20 03:00+00', NULL, NULL);

INSERT INTO release_items (run_id, commission_id, state, proposed_amount, released_amount, reason) VALUES
  ('01990006-0000-7000-8000-000000000001', 1, 'released', 1280, 1280, NULL),
  ('01990006-0000-7000-8000-000000000001', 2, 'released', 384, 384, NULL),
  ('01990006-0000-7000-8000-000000000001', 10, 'left_out', 1280, NULL, 'released'),
  ('01990006-0000-7000-8000-000000000002', 7, 'pending', 2560, NULL, NULL),
  ('01990006-0000-7000-8000-000000000002', 8, 'pending', 590, NULL, NULL),
  ('01990006-0000-7000-8000-000000000003', 7, 'left_out', 2560, NULL, 'run_rejected'),
  ('01990006-0000-7000-8000-000000000004', 13, 'left_out', 1280, NULL, 'hold_finance');

INSERT INTO release_waiting (commission_id, run_id, distributor_id) VALUES
  (7, '01990006-0000-7000-8000-000000000002', '01990003-0000-7000-8000-000000000001'),
  (8, '01990006-0000-7000-8000-000000000002', '01990003-0000-7000-8000-000000000001');

-- Withdrawals and payouts -----------------------------------------------------------------------------------

INSERT INTO payout_batches (id, state, currency, created_by, created_at, settled_at) VALUES
  ('01990007-0000-7000-8000-000000000001', 'settled', 'CNY', '01990001-0000-7000-8000-000000000003', '2026-09-08 02:00+00', '2026-09-09 02:00+00'),
  ('01990007-0000-7000-8000-000000000002', 'open', 'CNY', '01990001-0000-7000-8000-000000000003', '2026-09-20 02:00+00', NULL);

INSERT INTO withdrawals (id, distributor_id, state, currency, amount, method, bank_account_sealed, bank_account_masked, bank_account_holder, bank_name, approvals_needed, requested_by, requested_at, batch_id, provider_reference, reason, settled_at) VALUES
  ('01990008-0000-7000-8000-000000000001', '01990003-0000-7000-8000-000000000002', 'requested', 'CNY', 500, 'file', 'k1:b2', '6222 **** 0002', '周岚', '招商银行', 1, '01990001-0000-7000-8000-000000000008', '2026-09-20 04:00+00', NULL, NULL, NULL, NULL),
  ('01990008-0000-7000-8000-000000000002', '01990003-0000-7000-8000-000000000001', 'approved', 'CNY', 100, 'file', 'k1:b1', '6222 **** 0001', '林秋', '中国工商银行', 1, '01990001-0000-7000-8000-000000000007', '2026-09-19 04:00+00', NULL, NULL, NULL, NULL),
  ('01990008-0000-7000-8000-000000000003', '01990003-0000-7000-8000-000000000001', 'paying', 'CNY', 150, 'file', 'k1:b1', '6222 **** 0001', '林秋', '中国工商银行', 1, '01990001-0000-7000-8000-000000000007', '2026-09-18 04:00+00', '01990007-0000-7000-8000-000000000002', NULL, NULL, NULL),
  ('01990008-0000-7000-8000-000000000004', '01990003-0000-7000-8000-000000000003', 'paid', 'CNY', 1000, 'file', 'k1:b3', '3300 **** 0003', '杭州青禾贸易有限公司', '中国建设银行', 2, '01990001-0000-7000-8000-000000000003', '2026-09-07 04:00+00', '01990007-0000-7000-8000-000000000001', NULL, NULL, '2026-09-09 02:00+00'),
  ('01990008-0000-7000-8000-000000000005', '01990003-0000-7000-8000-000000000001', 'failed', 'CNY', 120, 'http', 'k1:b1', '6222 **** 0001', '林秋', '中国工商银行', 1, '01990001-0000-7000-8000-000000000007', '2026-09-13 04:00+00', NULL, 'ref-5', '账户状态异常', '2026-09-13 06:00+00'),
  ('01990008-0000-7000-8000-000000000006', '01990003-0000-7000-8000-000000000002', 'rejected', 'CNY', 300, 'file', 'k1:b2', '6222 **** 0002', '周岚', '招商银行', 1, '01990001-0000-7000-8000-000000000008', '2026-09-13 05:00+00', NULL, NULL, '户名不符', '2026-09-13 07:00+00'),
  ('01990008-0000-7000-8000-000000000007', '01990003-0000-7000-8000-000000000002', 'canceled', 'CNY', 400, 'file', 'k1:b2', '6222 **** 0002', '周岚', '招商银行', 1, '01990001-0000-7000-8000-000000000008', '2026-09-14 05:00+00', NULL, NULL, NULL, '2026-09-14 06:00+00');

-- Ledger. The triggers make the balances from it. -----------------------------------------------------------

INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
SELECT 'commission/' || id || '/accrue', 'commission_expense', 'held', distributor_id, currency, original_amount, id, created_at
FROM commissions WHERE state <> 'not_accrued' ORDER BY id;
INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
SELECT 'commission/' || id || '/release', 'held', 'available', distributor_id, currency, original_amount, id, released_at
FROM commissions WHERE released_at IS NOT NULL ORDER BY id;
INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, withdrawal_id, occurred_at)
SELECT 'withdrawal/' || id || '/reserve', 'available', 'reserved', distributor_id, currency, amount, id, requested_at
FROM withdrawals WHERE state NOT IN ('failed', 'rejected', 'canceled') ORDER BY requested_at;
INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, withdrawal_id, occurred_at)
SELECT 'withdrawal/' || w.id || step.key, step.source::account, step.target::account, distributor_id, currency, amount, w.id,
  CASE step.key WHEN '/reserve' THEN requested_at ELSE settled_at END
FROM withdrawals w, (VALUES ('/reserve', 'available', 'reserved'), ('/return', 'reserved', 'available')) AS step (key, source, target)
WHERE state IN ('failed', 'rejected', 'canceled') ORDER BY w.id, step.key;
INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, withdrawal_id, occurred_at) VALUES
  ('withdrawal/01990008-0000-7000-8000-000000000004/pay', 'reserved', 'cash', '01990003-0000-7000-8000-000000000003', 'CNY', 1000, NULL, '01990008-0000-7000-8000-000000000004', '2026-09-09 02:00+00'),
  ('commission/9/reverse/canceled', 'held', 'commission_expense', '01990003-0000-7000-8000-000000000002', 'CNY', 590, 9, NULL, '2026-09-07 03:00+00'),
  ('commission/10/clawback/return/R1', 'available', 'commission_expense', '01990003-0000-7000-8000-000000000003', 'CNY', 280, 10, NULL, '2026-09-14 08:00+00'),
  ('commission/10/clawback-debt/return/R1', 'debt', 'commission_expense', '01990003-0000-7000-8000-000000000003', 'CNY', 1000, 10, NULL, '2026-09-14 08:00+00'),
  ('commission/12/reverse/return/R%2F1', 'held', 'commission_expense', '01990003-0000-7000-8000-000000000002', 'CNY', 960, 12, NULL, '2026-09-15 20:00+00');

-- Sums of days ----------------------------------------------------------------------------------------------

INSERT INTO summed_days (zone, until) VALUES ('Asia/Shanghai', '2026-09-02');
INSERT INTO daily_sales (day, currency, distributor_id, orders, net, returned, commission) VALUES
  ('2026-08-28', 'CNY', NULL, 1, 12800, 0, 1280),
  ('2026-08-28', 'CNY', '01990003-0000-7000-8000-000000000003', 1, 12800, 0, 1280),
  ('2026-09-01', 'CNY', NULL, 1, 12800, 0, 1664),
  ('2026-09-01', 'CNY', '01990003-0000-7000-8000-000000000002', 1, 12800, 0, 1280);
INSERT INTO daily_transfers (day, currency, from_account, to_account, amount) VALUES
  ('2026-08-28', 'CNY', 'commission_expense', 'held', 1280),
  ('2026-09-01', 'CNY', 'commission_expense', 'held', 1664);

-- Timelines, audit trail, approvals, mails ------------------------------------------------------------------

INSERT INTO events (subject, key, type, actor, occurred_at, data) VALUES
  ('application/01990002-0000-7000-8000-000000000001', 'submitted', 'submitted', 'applicant', '2026-08-21 01:00+00', '{}'),
  ('application/01990002-0000-7000-8000-000000000001', 'checked/1', 'checked', 'system', '2026-08-21 01:01+00', '{"round": 1, "failed": []}'),
  ('application/01990002-0000-7000-8000-000000000001', 'approved/01990009-0000-7000-8000-000000000041', 'approved', '陈静', '2026-08-22 01:00+00', '{"tier": "gold", "note": null, "distributorId": "01990003-0000-7000-8000-000000000001", "sponsorId": null}'),
  ('application/01990002-0000-7000-8000-000000000007', 'changes_requested/01990009-0000-7000-8000-000000000042', 'changes_requested', '陈静', '2026-09-16 08:00+00', '{"message": "上传的证件不清晰或不完整，请重新提交四角完整、文字清楚的版本。", "deadline": "2026-09-30T08:00:00.000Z", "reasonCode": "document_unreadable"}'),
  ('distributor/01990003-0000-7000-8000-000000000001', 'joined', 'joined', '陈静', '2026-08-22 01:00+00', '{"applicationId": "01990002-0000-7000-8000-000000000001", "tier": "gold", "sponsorId": null}'),
  ('distributor/01990003-0000-7000-8000-000000000003', 'suspend/01990005-0000-7000-8000-000000000002', 'suspended', '陈静', '2026-09-15 02:00+00', '{"reason": "跨区销售，待核实"}'),
  ('order/1001', 'paid', 'paid', 'shop', '2026-09-01 02:00+00', '{}'),
  ('order/1001', 'delivered/1/1788422400000', 'delivered', 'shop', '2026-09-03 08:00+00', '{"lineIds": ["1"]}'),
  ('order/1001', 'window_closed/1', 'window_closed', 'clock', '2026-09-10 08:00+00', '{"lineIds": ["1"]}'),
  ('order/2026%2F09 #7', 'paid', 'paid', 'shop', '2026-09-09 02:00+00', '{}'),
  ('order/2026%2F09 #7', 'return_refunded/R%2F1', 'return_refunded', 'shop', '2026-09-15 20:00+00', '{"returnId": "R/1"}'),
  ('commission/13', 'hold/01990005-0000-7000-8000-000000000001', 'hold_placed', '王磊', '2026-09-18 02:00+00', '{"reason": "finance", "note": "核对发票"}'),
  ('release/01990006-0000-7000-8000-000000000001', 'proposed', 'proposed', '王磊', '2026-09-12 01:00+00', '{"items": 3, "leftOut": 1, "totals": {"CNY": 1664}}'),
  ('release/01990006-0000-7000-8000-000000000001', 'done', 'done', 'system', '2026-09-12 02:00+00', '{"released": 2, "leftOut": 1}'),
  ('withdrawal/01990008-0000-7000-8000-000000000004', 'requested', 'requested', '王磊', '2026-09-07 04:00+00', '{"amount": {"amount": 1000, "currency": "CNY"}, "approvalsNeeded": 2}'),
  ('withdrawal/01990008-0000-7000-8000-000000000004', 'decision/01990009-0000-7000-8000-000000000043', 'approved', 'Liu Yan', '2026-09-07 05:00+00', '{"approvals": 2, "approvalsNeeded": 2}'),
  ('withdrawal/01990008-0000-7000-8000-000000000004', 'paying', 'paying', '王磊', '2026-09-08 02:00+00', '{"batchId": "01990007-0000-7000-8000-000000000001"}'),
  ('withdrawal/01990008-0000-7000-8000-000000000004', 'paid', 'paid', '王磊', '2026-09-09 02:00+00', '{"batchId": "01990007-0000-7000-8000-000000000001"}'),
  ('payout/01990007-0000-7000-8000-000000000001', 'opened', 'opened', '王磊', '2026-09-08 02:00+00', '{"count": 1, "total": 1000}'),
  ('request/01990009-0000-7000-8000-000000000044', 'plan', 'plan.requested', '王磊', '2026-08-21 02:00+00', '{"planId": 1}');

INSERT INTO audit_entries (at, actor_id, actor, action, subject, event_key, before, after, reason, request_id) VALUES
  ('2026-08-22 01:00+00', '01990001-0000-7000-8000-000000000002', '陈静', 'application.approve', 'application/01990002-0000-7000-8000-000000000001', 'approved/01990009-0000-7000-8000-000000000041', '{"state": "in_review"}', '{"state": "approved", "tier": "gold", "distributorId": "01990003-0000-7000-8000-000000000001", "sponsorId": null}', NULL, 'req-1'),
  ('2026-09-07 05:00+00', '01990001-0000-7000-8000-000000000004', 'Liu Yan', 'withdrawal.approve', 'withdrawal/01990008-0000-7000-8000-000000000004', 'decision/01990009-0000-7000-8000-000000000043', '{"state": "requested"}', '{"state": "approved", "approvals": 2}', NULL, 'req-2'),
  ('2026-09-15 02:00+00', '01990001-0000-7000-8000-000000000002', '陈静', 'distributor.suspend', 'distributor/01990003-0000-7000-8000-000000000003', 'suspend/01990005-0000-7000-8000-000000000002', '{"state": "active"}', '{"state": "suspended"}', '跨区销售，待核实', 'req-3'),
  ('2026-09-18 02:00+00', '01990001-0000-7000-8000-000000000003', '王磊', 'commission.hold', 'commission/13', 'hold/01990005-0000-7000-8000-000000000001', NULL, '{"hold": "finance"}', '核对发票', 'req-4'),
  ('2026-09-21 19:00+00', NULL, 'system', 'application.erase', 'application/01990002-0000-7000-8000-000000000008', NULL, NULL, NULL, NULL, NULL);

INSERT INTO approvals (subject, user_id, note, at) VALUES
  ('release/01990006-0000-7000-8000-000000000002', '01990001-0000-7000-8000-000000000003', NULL, '2026-09-20 02:00+00'),
  ('withdrawal/01990008-0000-7000-8000-000000000004', '01990001-0000-7000-8000-000000000003', NULL, '2026-09-07 04:30+00'),
  ('withdrawal/01990008-0000-7000-8000-000000000004', '01990001-0000-7000-8000-000000000004', '已核对', '2026-09-07 05:00+00');

INSERT INTO mails (key, subject_ref, recipient, subject, body, state, attempts, last_error, sign_in_link_id, created_at, sent_at, resent_at) VALUES
  ('application/01990002-0000-7000-8000-000000000001/approved/01990009-0000-7000-8000-000000000041', 'application/01990002-0000-7000-8000-000000000001', 'lin@example.com', '您的申请已通过', '请设置密码。', 'sent', 1, NULL, '01990009-0000-7000-8000-000000000021', '2026-08-22 01:00+00', '2026-08-22 01:00+00', NULL),
  ('application/01990002-0000-7000-8000-000000000005/submitted', 'application/01990002-0000-7000-8000-000000000005', 'wu@example.com', '我们已收到您的申请', '感谢申请。', 'pending', 3, '451 try again later', NULL, '2026-09-20 08:00+00', NULL, NULL),
  ('withdrawal/01990008-0000-7000-8000-000000000004/paid', 'withdrawal/01990008-0000-7000-8000-000000000004', 'qinghe@example.com', '提现已打款', '10.00 CNY', 'undeliverable', 12, '550 no such mailbox', NULL, '2026-09-09 02:00+00', NULL, '2026-09-10 02:00+00');

-- Daily work ------------------------------------------------------------------------------------------------

INSERT INTO notes (id, subject, author_id, body, created_at, retracted_at) VALUES
  ('01990009-0000-7000-8000-000000000051', 'order/1003', '01990001-0000-7000-8000-000000000005', '@王磊 退货还没到仓', '2026-09-16 02:00+00', NULL),
  ('01990009-0000-7000-8000-000000000052', 'order/1003', '01990001-0000-7000-8000-000000000005', '记错订单', '2026-09-16 03:00+00', '2026-09-16 03:05+00');
INSERT INTO note_mentions (note_id, user_id, read_at) VALUES
  ('01990009-0000-7000-8000-000000000051', '01990001-0000-7000-8000-000000000003', NULL);

INSERT INTO saved_views (id, owner_id, list, name, query, columns, shared, created_at, updated_at) VALUES
  ('01990009-0000-7000-8000-000000000053', '01990001-0000-7000-8000-000000000003', 'commissions', '本周待结算', 'state=due&sort=dueAt', '{id,amount,dueAt}', true, '2026-09-12 02:00+00', '2026-09-12 02:00+00'),
  ('01990009-0000-7000-8000-000000000054', '01990001-0000-7000-8000-000000000005', 'orders', '浙江', 'region=CN-ZJ', NULL, false, '2026-09-12 02:00+00', '2026-09-13 02:00+00');

INSERT INTO bulk_actions (id, action, input, state, item_count, asked_by, key_id, request_id, asked_at, finished_at) VALUES
  ('01990009-0000-7000-8000-000000000061', 'withdrawals.approve', '{}', 'running', 2, '01990001-0000-7000-8000-000000000003', '01990009-0000-7000-8000-000000000001', 'req-5', '2026-09-20 05:00+00', NULL),
  ('01990009-0000-7000-8000-000000000062', 'commissions.hold', '{"reason": "risk", "note": "疑似刷单"}', 'done', 2, '01990001-0000-7000-8000-000000000003', '01990009-0000-7000-8000-000000000001', 'req-6', '2026-09-16 09:00+00', '2026-09-16 09:01+00');
INSERT INTO bulk_items (bulk_id, position, target, state, code, message, finished_at) VALUES
  ('01990009-0000-7000-8000-000000000061', 1, '01990008-0000-7000-8000-000000000002', 'done', NULL, NULL, '2026-09-20 05:00+00'),
  ('01990009-0000-7000-8000-000000000061', 2, '01990008-0000-7000-8000-000000000001', 'pending', NULL, NULL, NULL),
  ('01990009-0000-7000-8000-000000000062', 1, '7', 'done', NULL, NULL, '2026-09-16 09:00+00'),
  ('01990009-0000-7000-8000-000000000062', 2, '1', 'refused', 'commission_settled', 'The commission is already released and cannot be put on hold.', '2026-09-16 09:01+00');

INSERT INTO import_runs (id, file_name, file_hash, state, attempt, orders_total, orders, returns, rejected, reconciliations, begun_by, begun_at, reported_at, finished_at) VALUES
  ('01990009-0000-7000-8000-000000000071', 'orders-august.csv', '5f1c', 'finished', 2, 1, 1, 0, 1, '[]', '01990001-0000-7000-8000-000000000005', '2026-08-28 03:00+00', '2026-08-28 03:02+00', '2026-08-28 03:02+00'),
  ('01990009-0000-7000-8000-000000000072', '-', '01990009-0000-7000-8000-000000000072', 'stopped', 1, NULL, 0, 0, 0, NULL, '01990001-0000-7000-8000-000000000005', '2026-09-02 03:00+00', '2026-09-02 03:01+00', NULL);
INSERT INTO import_rejections (run_id, number, row_number, order_id, sku, amount, currency, reason, detail) VALUES
  ('01990009-0000-7000-8000-000000000071', 1, 17, '998', 'CUP-1', '59.005', 'CNY', 'price_below_minor_unit', 'The unit price 59.005 is not a whole number of minor units.');

INSERT INTO failing_activities (workflow_id, activity_id, type, attempt, error_type, message, first_failed_at, last_failed_at) VALUES
  ('application/01990002-0000-7000-8000-000000000005', '4', 'deliverMail', 3, 'Error', '451 try again later', '2026-09-20 08:01+00', '2026-09-20 08:10+00');
