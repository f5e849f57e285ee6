/*
 * Locks commissions and then the balances behind them, each in one order, so that concurrent batches never wait
 * for each other in a circle. A separate statement: what follows it sees what the lock waited for.
 * NO KEY UPDATE, because rows that only refer to a commission (a restriction, an item of a release run) need not wait.
 *
 * The ids are an array, and PostgreSQL would plan again for each array. The plan for any array is as good: every
 * row is found by its key.
 */
CREATE OR REPLACE FUNCTION lock_commissions(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM 1 FROM commissions WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
  PERFORM 1 FROM balances
  WHERE (distributor_id, currency) IN (SELECT distributor_id, currency FROM commissions WHERE id = ANY (ids))
  ORDER BY distributor_id, currency FOR UPDATE;
END $$;
