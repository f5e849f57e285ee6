/*
 * Credits distributors: what they owe is paid first, the rest becomes available. The movements take their share of the
 * debt in the order of the array. `account` of a movement is the source of the money; `debt_key` is the key of the
 * transfer that pays the debt, `key` that of the rest. The caller has locked the balances.
 */
CREATE OR REPLACE FUNCTION credit(movements movement[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, withdrawal_id, occurred_at)
  SELECT part.key, m.account, part.target::account, m.distributor_id, m.currency, part.amount, m.commission_id,
    m.withdrawal_id, m.occurred_at
  FROM (
    SELECT m.*, least(m.amount, greatest(0, coalesce(b.debt, 0) - (sum(m.amount) OVER earlier - m.amount)))::bigint AS to_debt
    FROM unnest(movements) WITH ORDINALITY m LEFT JOIN balances b USING (distributor_id, currency)
    WINDOW earlier AS (PARTITION BY m.distributor_id, m.currency ORDER BY m.ordinality)
  ) m CROSS JOIN LATERAL (
    VALUES (m.debt_key, 'debt', m.to_debt), (m.key, 'available', m.amount - m.to_debt)
  ) part (key, target, amount)
  WHERE part.amount > 0;
END $$;
