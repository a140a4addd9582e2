-- 001: the first schema. Rules of the house:
--  * seq columns are arrival order: rows of sealed tables (see core/store/chain.hpp) are only ever appended, never
--    changed or deleted, but for personal columns, which the chain covers by salted digest only.
--  * Every amount is an integer in minor units. Instants are ms since the epoch, dates yyyymmdd.
--  * Keys grow with arrival; what is looked up by another order is clustered away from the posting path.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- The hash chain: one row a durable batch. marks: JSON {"table": last sealed seq}.
CREATE TABLE batch (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, marks TEXT NOT NULL, digest BLOB NOT NULL
) STRICT;

-- ---- directory ------------------------------------------------------------------------------------------------------
CREATE TABLE party (
  id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;
-- Effective-dated attributes: the row with the greatest valid_from <= the event's date counts. data: JSON
-- {name, level, country, region, role, company, language, email, phone, groups, reseller_of}.
CREATE TABLE party_version (
  party INTEGER NOT NULL REFERENCES party(id), valid_from INTEGER NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (party, valid_from)
) STRICT, WITHOUT ROWID;
-- What others call it. scope: the distributor's party id whose own numbering this is, 0 = everybody's.
CREATE TABLE party_alias (
  scheme TEXT NOT NULL, value TEXT NOT NULL, scope INTEGER NOT NULL DEFAULT 0,
  party INTEGER NOT NULL REFERENCES party(id),
  PRIMARY KEY (scheme, value, scope)
) STRICT, WITHOUT ROWID;
CREATE TABLE product (
  id INTEGER PRIMARY KEY, sku TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE product_version (   -- data: JSON {name, family, tags}
  product INTEGER NOT NULL REFERENCES product(id), valid_from INTEGER NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (product, valid_from)
) STRICT, WITHOUT ROWID;
CREATE TABLE product_alias (
  scheme TEXT NOT NULL, value TEXT NOT NULL, scope INTEGER NOT NULL DEFAULT 0,
  product INTEGER NOT NULL REFERENCES product(id),
  PRIMARY KEY (scheme, value, scope)
) STRICT, WITHOUT ROWID;

-- ---- intake ---------------------------------------------------------------------------------------------------------
-- One file or message as received. Sealed.
CREATE TABLE interchange (
  seq INTEGER PRIMARY KEY, feed TEXT NOT NULL, transport TEXT NOT NULL, transport_id TEXT NOT NULL,
  file_name TEXT NOT NULL, sha256 BLOB NOT NULL, size INTEGER NOT NULL, received_at INTEGER NOT NULL,
  trace_id TEXT NOT NULL, spool_path TEXT NOT NULL
) STRICT;
CREATE INDEX interchange_transport ON interchange (feed, transport_id) WHERE transport_id <> '';
CREATE INDEX interchange_sha256 ON interchange (sha256);
-- state: received | posting | done | rejected | duplicate | test | held (its connector failed again and again; see
-- error). cursor: ordinal of the last event posted. posting: JSON, what pass two met (duplicates, capped).
CREATE TABLE interchange_state (
  interchange INTEGER PRIMARY KEY REFERENCES interchange(seq), state TEXT NOT NULL, cursor INTEGER NOT NULL DEFAULT 0,
  duplicate_of INTEGER NOT NULL DEFAULT 0, sets INTEGER NOT NULL DEFAULT 0, sets_rejected INTEGER NOT NULL DEFAULT 0,
  lines INTEGER NOT NULL DEFAULT 0, events_posted INTEGER NOT NULL DEFAULT 0, exceptions INTEGER NOT NULL DEFAULT 0,
  duplicates INTEGER NOT NULL DEFAULT 0, awards INTEGER NOT NULL DEFAULT 0, errors INTEGER NOT NULL DEFAULT 0,
  report TEXT NOT NULL DEFAULT '', posting TEXT NOT NULL DEFAULT '', ack BLOB, ack_format TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '',
  changed_at INTEGER NOT NULL, spool_deleted_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX interchange_unfinished ON interchange_state (interchange) WHERE state IN ('received', 'posting');
-- The envelopes (ISA, UNB) inside. duplicate_of: the envelope whose number and bytes it repeats.
CREATE TABLE envelope (
  interchange INTEGER NOT NULL REFERENCES interchange(seq), ordinal INTEGER NOT NULL,
  sender_qualifier TEXT NOT NULL, sender TEXT NOT NULL, receiver_qualifier TEXT NOT NULL, receiver TEXT NOT NULL,
  control_number TEXT NOT NULL, is_test INTEGER NOT NULL, sha256 BLOB NOT NULL, verdict INTEGER NOT NULL,
  note_code TEXT NOT NULL, duplicate_of_interchange INTEGER NOT NULL DEFAULT 0,
  duplicate_of_ordinal INTEGER NOT NULL DEFAULT 0, ack_control INTEGER NOT NULL DEFAULT 0, ack BLOB,
  PRIMARY KEY (interchange, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE envelope_key (   -- accepted numbers
  feed TEXT NOT NULL, sender_qualifier TEXT NOT NULL, sender TEXT NOT NULL, receiver_qualifier TEXT NOT NULL,
  receiver TEXT NOT NULL, control_number TEXT NOT NULL, interchange INTEGER NOT NULL, ordinal INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  PRIMARY KEY (feed, sender_qualifier, sender, receiver_qualifier, receiver, control_number)
) STRICT, WITHOUT ROWID;
-- Transaction sets with the core's verdict; first_event..last_event: ordinals of their lines.
CREATE TABLE transaction_set (
  interchange INTEGER NOT NULL REFERENCES interchange(seq), ordinal INTEGER NOT NULL, envelope INTEGER NOT NULL,
  set_id TEXT NOT NULL, control_number TEXT NOT NULL, verdict INTEGER NOT NULL, codes TEXT NOT NULL,
  segments INTEGER NOT NULL, events INTEGER NOT NULL, is_posted INTEGER NOT NULL DEFAULT 0,
  report INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (interchange, ordinal)
) STRICT, WITHOUT ROWID;
-- A distributor's report by its own id; the newest live row counts. state: live | replaced | cancelled.
CREATE TABLE report (
  id INTEGER PRIMARY KEY, feed TEXT NOT NULL, distributor TEXT NOT NULL, report_id TEXT NOT NULL,
  purpose INTEGER NOT NULL, date INTEGER NOT NULL, period_start INTEGER NOT NULL, period_end INTEGER NOT NULL,
  interchange INTEGER NOT NULL, set_ordinal INTEGER NOT NULL, state TEXT NOT NULL,
  superseded_by INTEGER NOT NULL DEFAULT 0,
  reversed_to INTEGER NOT NULL DEFAULT 0   -- when superseded: events from this id on are reversed; 0 none yet, -1 all
) STRICT;
CREATE INDEX report_key ON report (feed, distributor, report_id, id);

-- ---- events and awards --------------------------------------------------------------------------------------------------
-- Sealed. id = interchange << 24 | line ordinal. personal: JSON {rep_name, rep_email, rep_phone, end_customer...},
-- erasable; personal_digest = SHA-256(salt, personal) stays. serials joined by U+001F. explanation: see core/rules.
CREATE TABLE event (
  seq INTEGER PRIMARY KEY, id INTEGER NOT NULL, report INTEGER NOT NULL, kind INTEGER NOT NULL, date INTEGER NOT NULL,
  distributor INTEGER NOT NULL, reseller INTEGER NOT NULL, rep INTEGER NOT NULL, product INTEGER NOT NULL,
  quantity INTEGER NOT NULL, quantity_scale INTEGER NOT NULL, uom TEXT NOT NULL, price_type TEXT NOT NULL,
  price INTEGER NOT NULL, price_scale INTEGER NOT NULL, currency TEXT NOT NULL, invoice TEXT NOT NULL,
  line_id TEXT NOT NULL, sale_kind TEXT NOT NULL, debit_reference TEXT NOT NULL, serials TEXT NOT NULL,
  line INTEGER NOT NULL, byte INTEGER NOT NULL, returns_event INTEGER NOT NULL, explanation TEXT NOT NULL,
  personal_salt BLOB, personal TEXT, personal_digest BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX event_id ON event (id);
-- Sealed. reverses = 0: an award of its event. reverses = award seq: takes back part or all of that award, because of
-- the return event_id, or, where event_id is the award's own event, because its report was replaced or cancelled.
CREATE TABLE award (
  seq INTEGER PRIMARY KEY, event_id INTEGER NOT NULL, incentive INTEGER NOT NULL, version INTEGER NOT NULL,
  recipient INTEGER NOT NULL, unit TEXT NOT NULL, amount INTEGER NOT NULL, reverses INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX award_key ON award (event_id, incentive, reverses);
CREATE INDEX award_reversals ON award (reverses) WHERE reverses > 0;
CREATE INDEX award_recipient ON award (recipient, seq);
-- Awards that did not fit their budget, or whose base waits; whole, in arrival order.
CREATE TABLE waiting_award (
  award INTEGER PRIMARY KEY REFERENCES award(seq), incentive INTEGER NOT NULL, base_award INTEGER NOT NULL, since INTEGER NOT NULL
) STRICT;
CREATE INDEX waiting_award_incentive ON waiting_award (incentive, award);
-- One sale counts once, whichever interchange brings it: clustered by distributor and period. discriminator: line id,
-- else first serial, else the n-th like line. returned: units taken back so far (same scale as quantity).
CREATE TABLE sale_line (
  distributor INTEGER NOT NULL, period INTEGER NOT NULL, invoice TEXT NOT NULL, product INTEGER NOT NULL,
  discriminator TEXT NOT NULL, event_id INTEGER NOT NULL, quantity INTEGER NOT NULL, quantity_scale INTEGER NOT NULL,
  returned INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (distributor, period, invoice, product, discriminator)
) STRICT, WITHOUT ROWID;
CREATE TABLE serial (   -- the live sale of each serial number
  distributor INTEGER NOT NULL, product INTEGER NOT NULL, serial TEXT NOT NULL, event_id INTEGER NOT NULL,
  returned_by INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (distributor, product, serial)
) STRICT, WITHOUT ROWID;
-- Which sale a return took from, by the sale's key. is_orphan: the sale's report was replaced; the return is applied again
-- when the replacing report brings the same sale.
CREATE TABLE return_match (
  return_event INTEGER NOT NULL, sale_event INTEGER NOT NULL, distributor INTEGER NOT NULL, period INTEGER NOT NULL,
  invoice TEXT NOT NULL, product INTEGER NOT NULL, discriminator TEXT NOT NULL, quantity INTEGER NOT NULL,
  is_orphan INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (return_event, sale_event)
) STRICT, WITHOUT ROWID;
CREATE INDEX return_match_sale ON return_match (sale_event);
CREATE INDEX return_match_orphan ON return_match (distributor, period, invoice, product, discriminator) WHERE is_orphan = 1;
-- What could not be resolved. cause: unknown_product, unknown_rep, ... subject: what is missing. raw: JSON of the event.
CREATE TABLE exception (
  id INTEGER PRIMARY KEY, event_id INTEGER NOT NULL UNIQUE, report INTEGER NOT NULL, cause TEXT NOT NULL,
  subject TEXT NOT NULL, detail TEXT NOT NULL, raw TEXT NOT NULL, state TEXT NOT NULL, created_at INTEGER NOT NULL,
  closed_at INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX exception_open ON exception (cause, subject) WHERE state = 'open';

-- ---- programs -----------------------------------------------------------------------------------------------------------
CREATE TABLE program_version (
  program TEXT NOT NULL, version INTEGER NOT NULL, sha256 BLOB NOT NULL, source TEXT NOT NULL, applied_at INTEGER NOT NULL,
  applied_by TEXT NOT NULL,
  PRIMARY KEY (program, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE incentive (
  id INTEGER PRIMARY KEY, program TEXT NOT NULL, code TEXT NOT NULL, unit TEXT NOT NULL, budget_account INTEGER NOT NULL,
  UNIQUE (program, code)
) STRICT;
-- Money put into budgets; key makes a repeat harmless.
CREATE TABLE funding (
  seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, incentive INTEGER NOT NULL, amount INTEGER NOT NULL,
  actor TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;

-- ---- ledger -------------------------------------------------------------------------------------------------------------
-- constraint_kind: 0 none, 1 debits (with holds) must not exceed credits, 2 the mirror image.
CREATE TABLE account (
  id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, unit TEXT NOT NULL, constraint_kind INTEGER NOT NULL,
  debits_posted INTEGER NOT NULL DEFAULT 0, credits_posted INTEGER NOT NULL DEFAULT 0,
  debits_pending INTEGER NOT NULL DEFAULT 0, credits_pending INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Sealed. kind: 0 posted at once, 1 reserve, 2 post of a reserve, 3 void of a reserve. origin names what caused it
-- (core/ledger/transfer.hpp); (origin, origin_id, leg) makes a repeat harmless for ever.
CREATE TABLE transfer (
  seq INTEGER PRIMARY KEY, origin INTEGER NOT NULL, origin_id INTEGER NOT NULL, leg INTEGER NOT NULL, kind INTEGER NOT NULL,
  debit INTEGER NOT NULL, credit INTEGER NOT NULL, amount INTEGER NOT NULL, pending INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX transfer_key ON transfer (origin, origin_id, leg);
CREATE TABLE hold (   -- state of each reserve: open | posted | voided
  transfer INTEGER PRIMARY KEY REFERENCES transfer(seq), state TEXT NOT NULL, posted_amount INTEGER NOT NULL DEFAULT 0
) STRICT;

-- ---- payouts ------------------------------------------------------------------------------------------------------------
-- Sealed. A redemption: amount in the wallet's unit becomes money by the rate money/per (minor units both).
CREATE TABLE payout (
  seq INTEGER PRIMARY KEY, redemption_key TEXT NOT NULL UNIQUE, request_sha256 BLOB NOT NULL, recipient INTEGER NOT NULL,
  connector TEXT NOT NULL, product TEXT NOT NULL, unit TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
  money INTEGER NOT NULL, rate_money INTEGER NOT NULL, rate_per INTEGER NOT NULL, requested_at INTEGER NOT NULL,
  requested_by TEXT NOT NULL, trace_id TEXT NOT NULL
) STRICT;
-- state: reserved | sending | pending | unknown | settled | refused | operator. step_state: the connector's own.
CREATE TABLE payout_state (
  payout INTEGER PRIMARY KEY REFERENCES payout(seq), state TEXT NOT NULL, step TEXT NOT NULL DEFAULT '',
  step_no INTEGER NOT NULL DEFAULT 0, key_no INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 0,
  step_state TEXT NOT NULL DEFAULT '', next_at INTEGER NOT NULL DEFAULT 0, lookups INTEGER NOT NULL DEFAULT 0,
  code TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '', reference TEXT NOT NULL DEFAULT '',
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX payout_due ON payout_state (next_at) WHERE state IN ('reserved', 'sending', 'pending', 'unknown');
-- Sealed: what was about to be sent, stored before it left. key: the idempotency key.
CREATE TABLE payout_request (
  seq INTEGER PRIMARY KEY, payout INTEGER NOT NULL, step TEXT NOT NULL, key TEXT NOT NULL, attempt INTEGER NOT NULL,
  kind TEXT NOT NULL, request_sha256 BLOB NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX payout_request_payout ON payout_request (payout, seq);
-- Sealed: what came of it. outcome: tributary_outcome. response_sha256 is salted with the payout's key.
CREATE TABLE payout_receipt (
  seq INTEGER PRIMARY KEY, payout INTEGER NOT NULL, request INTEGER NOT NULL, source TEXT NOT NULL, status INTEGER NOT NULL,
  outcome INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, reference TEXT NOT NULL,
  response_sha256 BLOB NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX payout_receipt_payout ON payout_receipt (payout, seq);
CREATE TABLE payout_reference (
  connector TEXT NOT NULL, reference TEXT NOT NULL, payout INTEGER NOT NULL, PRIMARY KEY (connector, reference, payout)
) STRICT, WITHOUT ROWID;
CREATE TABLE payout_bearer (   -- links and codes that are money, encrypted (core/payout/vault.hpp)
  payout INTEGER PRIMARY KEY REFERENCES payout(seq), sealed BLOB NOT NULL, shown_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE recipient_state (   -- what a connector keeps for a recipient: a card's token
  connector TEXT NOT NULL, party INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (connector, party)
) STRICT, WITHOUT ROWID;
-- Webhooks as received, once per provider's event id. verdict: tributary_webhook_verdict.
CREATE TABLE webhook (
  id INTEGER PRIMARY KEY, connector TEXT NOT NULL, event_id TEXT NOT NULL, kind TEXT NOT NULL, reference TEXT NOT NULL,
  verdict INTEGER NOT NULL, body_sha256 BLOB NOT NULL, received_at INTEGER NOT NULL, deliveries INTEGER NOT NULL DEFAULT 1,
  UNIQUE (connector, event_id)
) STRICT;

-- ---- notices ------------------------------------------------------------------------------------------------------------
-- state: waiting | sending | sent | failed | unknown. data: JSON for the template; erasable with the person.
CREATE TABLE notice (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL UNIQUE, party INTEGER NOT NULL, connector TEXT NOT NULL,
  data TEXT NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL,
  message TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, trace_id TEXT NOT NULL
) STRICT;
CREATE INDEX notice_due ON notice (next_at) WHERE state IN ('waiting', 'sending');

-- ---- operations ---------------------------------------------------------------------------------------------------------
-- Sealed. Who changed what. detail: JSON without secrets.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
  detail TEXT NOT NULL, trace_id TEXT NOT NULL
) STRICT;
