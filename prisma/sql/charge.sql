/*
 * Charges distributors: what is available is charged first, the rest becomes debt. The movements take their
 * share of what is available in the order of the array. `account` of a movement is where the money goes; `debt_key` is
 * the key of the transfer that makes the debt, `key` that of the rest. The caller has locked the balances.
 */
CREATE OR REPLACE FUNCTION charge(movements movement[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, withdrawal_id, occurred_at)
  SELECT part.key, part.source::account, m.account, m.distributor_id, m.currency, part.amount, m.commission_id,
    m.withdrawal_id, m.occurred_at
  FROM (
    SELECT m.*, least(m.amount, greatest(0, coalesce(b.available, 0) - (sum(m.amount) OVER earlier - m.amount)))::bigint AS from_available
    FROM unnest(movements) WITH ORDINALITY m LEFT JOIN balances b USING (distributor_id, currency)
    WINDOW earlier AS (PARTITION BY m.distributor_id, m.currency ORDER BY m.ordinality)
  ) m CROSS JOIN LATERAL (
    VALUES (m.key, 'available', m.from_available), (m.debt_key, 'debt', m.amount - m.from_available)
  ) part (key, source, amount)
  WHERE part.amount > 0;
END $$;
