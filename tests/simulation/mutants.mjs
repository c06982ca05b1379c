// Bugs that the simulated world must find: each is one exact piece of one source file and what stands there instead.
// `scripts/simulate --mutants` plants them one at a time, in a copy. Where a piece is not found exactly once, the mutant
// counts as failed: write it anew for the code as it is.

/** @type {{name: string, file: string, from: string, to: string}[]} */
export const mutants = [
  {
    name: 'an event is recorded, and its effect comes after',
    file: 'src/peerloop/money/settle_payment.cpp',
    from: 'auto recorded = co_await attempt(record_event(host, event, effect_of(host, verdict, facts, paid)));',
    to: `auto recorded = co_await attempt(record_event(host, event, {}));
    if (recorded && *recorded == WebhookOutcome::processed)
      co_await host.database.batch(effect_of(host, verdict, facts, paid), OnLostAnswer::fail);`,
  },
  {
    name: 'the id of an event is forgotten',
    file: 'src/peerloop/webhooks/events.cpp',
    from: `"INSERT INTO batch_guard (reason) SELECT 'already_processed' WHERE changes() <> 1"`,
    to: `"SELECT 1 AS one"`,
  },
  {
    name: 'a payment that must go back stays',
    file: 'src/peerloop/money/settle_payment.cpp',
    from: 'if (goes_back && transaction.payment_intent)',
    to: 'if (goes_back && !transaction.payment_intent)',
  },
  {
    name: 'a second payment for one course is not looked for',
    file: 'src/peerloop/money/settle_payment.cpp',
    from: 'return facts.rival && facts.rival->status != "pending" ? Verdict::go_back : Verdict::enroll;',
    to: 'return Verdict::enroll;',
  },
  {
    name: 'the place of an unpaid enrollment is not freed for a paid one',
    file: 'src/peerloop/money/settle_payment.cpp',
    from: 'if (verdict == Verdict::enroll && facts.rival) effect.push_back(release_rival(facts.rival->id, now));',
    to: '',
  },
  {
    name: 'the teacher is not told of a student',
    file: 'src/peerloop/money/settle_payment.cpp',
    from: 'Mail::new_student, enrollment.teacher_id, cause,',
    to: 'Mail::new_student, enrollment.teacher_id, "enrollment",',
  },
  {
    name: 'refunds that came before their payment are forgotten',
    file: 'src/peerloop/money/queries.cpp',
    from: '"UPDATE refunds SET transaction_id = ?2 WHERE stripe_payment_intent_id = ?1 AND transaction_id IS NULL"',
    to: '"UPDATE refunds SET transaction_id = ?2 WHERE stripe_payment_intent_id = ?1 AND 0"',
  },
  {
    name: 'a refund rests on nothing',
    file: 'src/peerloop/money/queries.cpp',
    from: 'WHERE id = ?1 AND refunded_cents = ?2 AND charged_back_cents = ?7)',
    to: 'WHERE id = ?1 AND ?2 = ?2 AND charged_back_cents = ?7)',
  },
  {
    name: 'whoever got everything back stays enrolled',
    file: 'src/peerloop/money/settle_refund.cpp',
    from: 'if (whole) end_refunded_enrollment(effect, host, transaction.enrollment_id, now);',
    to: '',
  },
  {
    name: 'running totals are taken for increments',
    file: 'src/peerloop/money/settle_refund.cpp',
    from: 'if (charge.cumulative_cents <= known) co_return',
    to: 'if (charge.cumulative_cents == known) co_return',
  },
  {
    name: 'a refund is booked like a payment',
    file: 'src/peerloop/money/ledger.cpp',
    from: 'return postings(portions, -1);',
    to: 'return postings(portions, 1);',
  },
  {
    name: 'cents are lost when a refund is apportioned',
    file: 'src/peerloop/money/splits.cpp',
    from: 'for (; left > 0; --left) {',
    to: 'for (; left > 1; --left) {',
  },
  {
    name: 'cents are lost when a payment is split',
    file: 'src/peerloop/money/splits.cpp',
    from: '{{RecipientType::platform, price_cents - creator - teacher},',
    to: '{{RecipientType::platform, price_cents * 15 / 100},',
  },
  {
    name: 'earnings are shown to everybody',
    file: 'src/peerloop/money/earnings.cpp',
    from: 'FROM payment_splits WHERE recipient_id = ?1 ORDER BY created_at DESC, id DESC LIMIT 100) s',
    to: 'FROM payment_splits WHERE recipient_id IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT 100) s',
  },
  {
    name: 'the price is not the one that was shown',
    file: 'src/peerloop/enrollments/queries.cpp',
    from: 'SELECT c.id AS course_id, t.id AS teacher_id, c.price_cents, c.currency',
    to: 'SELECT c.id AS course_id, t.id AS teacher_id, c.price_cents + 1 AS price_cents, c.currency',
  },
  {
    name: 'creators buy their own courses',
    file: 'src/peerloop/enrollments/queries.cpp',
    from: "c.status = 'published' AND c.creator_id <> ?2 AND t.id <> ?2",
    to: "c.status = 'published' AND ?2 = ?2",
  },
  {
    name: 'a place that was paid is freed as well',
    file: 'src/peerloop/enrollments/queries.cpp',
    from: `WHERE status = 'pending' AND id IN (SELECT id FROM enrollments WHERE status = 'pending' AND checkout_expires_at <= ?2`,
    to: 'WHERE id IN (SELECT id FROM enrollments WHERE checkout_expires_at <= ?2',
  },
  {
    name: 'everybody lists all enrollments',
    file: 'src/peerloop/enrollments/queries.cpp',
    from: 'list_of("e.student_id = ?3",',
    to: 'list_of("?3 = ?3",',
  },
  {
    name: 'everybody sees any enrollment',
    file: 'src/peerloop/enrollments/queries.cpp',
    from: 'WHERE e.id = ?1 AND (?2 IN (e.student_id, e.teacher_id)',
    to: 'WHERE e.id = ?1 AND (?2 = ?2',
  },
  {
    name: "a provider's call has another key at each try",
    file: 'src/peerloop/mail/delivery.cpp',
    from: 'provider.send(std::move(email), item.dedupe_key)',
    to: 'provider.send(std::move(email), item.dedupe_key + std::to_string(item.attempts))',
  },
  {
    name: 'mails go to somebody else',
    file: 'src/peerloop/mail/queries.cpp',
    from: 'FROM users WHERE id = ?1"',
    to: 'FROM users WHERE id >= ?1 ORDER BY id DESC LIMIT 1"',
  },
  {
    name: 'a delivery that failed is not tried again',
    file: 'src/jobs/outbox.cpp',
    from: 'const bool dead = !may_get_better(error) || item.attempts >= most_attempts;',
    to: 'const bool dead = true;',
  },
  {
    name: 'tokens stay in delivered rows',
    file: 'src/jobs/outbox.cpp',
    from: "last_error = NULL, payload = '{}'",
    to: 'last_error = NULL',
  },
  {
    name: 'an answer is remembered outside of its batch',
    file: 'src/http/idempotency.cpp',
    from: 'statements.push_back(*std::move(remembering));',
    to: 'statements.push_back(sql("UPDATE idempotency_keys SET status = status WHERE scope = ?1 AND key = ?2", request.user().user_id, "none")); (void)remembering; statements.push_back(sql("UPDATE users SET updated_at = updated_at WHERE id = ?1", request.user().user_id));',
  },
  {
    name: 'objects of others may be touched',
    file: 'src/http/pipeline.cpp',
    from: 'if (access.owned && answers[next++].empty()) co_return Failure(not_found(access.object));',
    to: 'if (access.owned) ++next;',
  },
  {
    name: 'accounts of others may be touched',
    file: 'src/http/pipeline.cpp',
    from: 'if (!access.self.empty() && request.param(access.self) != request.user_->user_id)',
    to: 'if (access.self == "nobody")',
  },
  {
    name: 'a token is enough where its session should be asked for',
    file: 'src/http/pipeline.cpp',
    from: 'knows && knows->live_session && (route.changes_state || access.needs_role());',
    to: 'knows && knows->live_session && access.needs_role();',
  },
  {
    name: 'an ended session goes on',
    file: 'src/peerloop/auth/queries.cpp',
    from: 'AND u.token_version = ?3 AND s.ended_at IS NULL AND s.expires_at > ?4',
    to: 'AND u.token_version = ?3 AND s.expires_at > ?4',
  },
  {
    name: 'a refresh token is good for any number of times',
    file: 'src/peerloop/auth/queries.cpp',
    from: 'WHERE token_hash = ?1 AND used_at IS NULL AND expires_at > ?3\n',
    to: 'WHERE token_hash = ?1 AND expires_at > ?3\n',
  },
  {
    name: 'sessions of others can be ended',
    file: 'src/peerloop/auth/queries.cpp',
    from: 'WHERE id = ?1 AND user_id = ?2 AND ended_at IS NULL AND expires_at > ?4 RETURNING id)',
    to: 'WHERE id = ?1 AND ?2 = ?2 AND ended_at IS NULL AND expires_at > ?4 RETURNING id)',
  },
  {
    name: 'a new password leaves sessions open',
    file: 'src/peerloop/auth/queries.cpp',
    from: 'WHERE ended_at IS NULL AND user_id = (SELECT user_id FROM one_time_tokens WHERE token_hash = ?1))",\n              hash, now, now + ended_sessions_kept)',
    to: 'WHERE ended_at IS NOT NULL AND user_id = (SELECT user_id FROM one_time_tokens WHERE token_hash = ?1))",\n              hash, now, now + ended_sessions_kept)',
  },
  {
    name: 'nobody hears that a token was revoked',
    file: 'src/peerloop/auth/revocation.cpp',
    from: 'co_await host.key_value.put(revocation_key(access_id), "1"',
    to: 'co_await host.key_value.put("gone:" + access_id, "1"',
  },
  {
    name: 'any password will do',
    file: 'src/peerloop/auth/login.cpp',
    from: 'if (!account || !check.matches) co_return',
    to: 'if (!account) co_return',
  },
  {
    name: 'no mail asks a new account for its address',
    file: 'src/peerloop/auth/signup.cpp',
    from: 'append(batch, send_verification(request, account.id, account.email));',
    to: '',
  },
  {
    name: 'webhooks need no signature',
    file: 'src/peerloop/webhooks/stripe.cpp',
    from: 'if (verified) return {};',
    to: 'if (verified || true) return {};',
  },
  {
    name: 'signatures never grow old',
    file: 'src/crypto/webhook_signature.cpp',
    from: 'if (signed_s < now_s - tolerance_s) return std::unexpected(SignatureError::expired);',
    to: '',
  },
  {
    name: 'addresses are shown to everybody',
    file: 'src/peerloop/people/queries.cpp',
    from: 'WHEN ?2 = u.id THEN json_object(',
    to: 'WHEN ?2 = ?2 THEN json_object(',
  },
];
