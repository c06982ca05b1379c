-- A marketplace of any size, the same at every run: `size (users, courses, sessions, ends_at)` is a temporary table with
-- one row that whoever runs this has made, behind the migrations. What is drawn comes from a row's number times a large
-- odd number, so that it is spread evenly and needs no seed. Three years of business end at `ends_at`.
--
-- Some are far from the middle, because listings are slow for them first: one creator made every twentieth course and
-- the one that every twentieth student takes; one student takes 300 courses; one conversation has many messages; one
-- person was told much and signed in often.

CREATE TEMP TABLE people (n INTEGER PRIMARY KEY, id TEXT NOT NULL, at INTEGER NOT NULL);
INSERT INTO people
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers, size WHERE n < users),
     moments AS (SELECT n, 1700000000000 + (ends_at - 1700000000000 - 259200000) / users * n AS at FROM numbers, size)
SELECT n, printf('%08x-%04x-7001-8001-%012x', at >> 16, at & 65535, n), at FROM moments;

-- Who teaches: 1 to `makers` make courses, as many behind them teach what others made; then ten look after all. The
-- rest learns, the last of them most.
CREATE TEMP TABLE parts AS SELECT max(20, users / 200) AS makers, 2 * max(20, users / 200) + 10 AS staff FROM size;

INSERT INTO users (id, email, name, handle, bio, timezone, password_hash, email_verified_at, stripe_account_id,
                   stripe_account_status, stripe_payouts_enabled, created_at, updated_at)
SELECT id, 'person' || n || '@example.org',
       json_extract('["Ada","Ben","Chloé","Dmitri","Emeka","Fatima","Grace","Hiro","Ines","Jonas",'
                    || '"Kofi","Lena","Mei","Nils","Olga","Priya","Quinn","Rosa","Sven","Tariq"]', '$[' || (n % 20) || ']')
         || ' '
         || json_extract('["Abara","Bianchi","Costa","Dubois","Eze","Fischer","García","Haddad","Ito","Jensen","Kumar","Lopez"]',
                         '$[' || (n / 20 % 12) || ']'),
       'person_' || n,
       CASE WHEN n <= 2 * makers THEN 'I teach what I have done for years, one person at a time.' ELSE '' END,
       json_extract('["Europe/Berlin","America/New_York","Asia/Tokyo","Africa/Lagos","UTC"]', '$[' || (n % 5) || ']'),
       '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
       at + 600000, CASE WHEN n <= 2 * makers THEN 'acct_' || n END,
       CASE WHEN n <= 2 * makers THEN 'active' ELSE 'none' END, n <= 2 * makers, at, at
FROM people, parts;

INSERT INTO user_roles (user_id, role, granted_at)
SELECT id, 'student', at FROM people
UNION ALL SELECT id, 'creator', at FROM people, parts WHERE n <= makers
UNION ALL SELECT id, 'studentTeacher', at FROM people, parts WHERE n > makers AND n <= 2 * makers
UNION ALL SELECT id, 'moderator', at FROM people, parts WHERE n > 2 * makers AND n <= staff
UNION ALL SELECT id, 'admin', at FROM people, parts WHERE n > staff - 3 AND n <= staff;

INSERT INTO expertise (user_id, label, position)
SELECT id, 'Subject ' || ((n * 7 + place) % 50), place
FROM people, parts, (SELECT 0 AS place UNION SELECT 1 UNION SELECT 2) WHERE n <= 2 * makers;

INSERT INTO follows (follower_id, followee_id, created_at)
SELECT p.id, t.id, p.at + 3600000
FROM people p, parts, (SELECT 0 AS k UNION ALL SELECT 1)
JOIN people t ON t.n = 1 + CASE WHEN k = 0 AND p.n % 10 = 0 THEN 0 ELSE (p.n * 31 + k) % makers END
WHERE p.n > makers
ON CONFLICT DO NOTHING;

INSERT INTO categories (id, slug, name, position)
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 12)
SELECT printf('018bcfe5-6800-7002-8002-%012x', n), 'category-' || n, 'Category ' || n, n FROM numbers;

CREATE TEMP TABLE offers (n INTEGER PRIMARY KEY, id TEXT NOT NULL, maker INTEGER NOT NULL, price INTEGER NOT NULL,
                          at INTEGER NOT NULL);
INSERT INTO offers
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers, size WHERE n < courses),
     moments AS (SELECT n, 1700100000000 + (ends_at - 1700100000000) / 2 / courses * n AS at FROM numbers, size)
SELECT n, printf('%08x-%04x-7003-8003-%012x', at >> 16, at & 65535, n),
       CASE WHEN n % 20 = 0 OR n = 1 THEN 1 ELSE 2 + n % (makers - 1) END, 1900 + n * 2654435761 % 30 * 1000, at
FROM moments, parts;

INSERT INTO courses (id, slug, creator_id, category_id, title, description, level, price_cents, currency, status,
                     published_at, created_at, updated_at)
SELECT o.id, 'course-' || o.n, p.id, printf('018bcfe5-6800-7002-8002-%012x', 1 + o.n % 12),
       json_extract('["Python","Watercolour","Jazz piano","Negotiation","Sourdough","Calculus","Typography","Rowing"]',
                    '$[' || (o.n % 8) || ']')
         || ' '
         || json_extract('["for beginners","in practice","step by step","from the ground up","at work"]',
                         '$[' || (o.n / 8 % 5) || ']')
         || ' ' || o.n,
       'What you will be able to do when you are through, and how we get there together. '
         || replace(hex(zeroblob(20)), '00', 'One session a week, a task in between, and somebody who looks at it. '),
       json_extract('["beginner","intermediate","advanced"]', '$[' || (o.n % 3) || ']'), o.price, 'usd',
       CASE WHEN o.n % 20 = 19 THEN 'draft' WHEN o.n % 50 = 7 THEN 'archived' ELSE 'published' END,
       CASE WHEN o.n % 20 <> 19 THEN o.at + 86400000 END, o.at, o.at + 86400000
FROM offers o JOIN people p ON p.n = o.maker;

INSERT INTO course_objectives (course_id, position, text)
SELECT id, place, 'Objective ' || place || ' of course ' || n
FROM offers, (SELECT 0 AS place UNION SELECT 1 UNION SELECT 2);

INSERT INTO modules (id, course_id, position, title)
WITH places (place) AS (VALUES (0), (1), (2), (3), (4))
SELECT printf('%08x-%04x-7004-8004-%012x', at >> 16, at & 65535, n * 5 + place), id, place, 'Module ' || (place + 1)
FROM offers, places;

INSERT INTO lessons (id, module_id, position, title, duration_minutes)
WITH places (place) AS (VALUES (0), (1), (2), (3), (4)), parts_of (part) AS (VALUES (0), (1), (2), (3))
SELECT printf('%08x-%04x-7005-8005-%012x', at >> 16, at & 65535, (n * 5 + place) * 4 + part),
       printf('%08x-%04x-7004-8004-%012x', at >> 16, at & 65535, n * 5 + place), part, 'Lesson ' || (part + 1),
       30 + 15 * part
FROM offers, places, parts_of;

INSERT INTO course_teachers (course_id, teacher_id, status, message, applied_at, decided_at, decided_by)
WITH places (place) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7))
SELECT o.id, t.id, CASE WHEN place < 5 THEN 'approved' ELSE 'applied' END,
       'I finished the course and would like to pass it on.', o.at + 864000000,
       CASE WHEN place < 5 THEN o.at + 950400000 END, CASE WHEN place < 5 THEN m.id END
FROM offers o, parts, places
JOIN people t ON t.n = makers + 1 + (o.n * 7 + place * 13) % makers JOIN people m ON m.n = o.maker
WHERE true
ON CONFLICT DO NOTHING;

INSERT INTO course_materials (id, course_id, uploaded_by, name, content_type, size_bytes, status, created_at, stored_at)
WITH places (place) AS (VALUES (0), (1), (2), (3), (4))
SELECT printf('%08x-%04x-7006-8006-%012x', o.at >> 16, o.at & 65535, o.n * 5 + place), o.id, p.id,
       'Handout ' || place || '.pdf', 'application/pdf', 40000 + place, 'stored', o.at, o.at + 1000
FROM offers o JOIN people p ON p.n = o.maker, places;

-- Who takes what: two courses a student, three hundred the last.
CREATE TEMP TABLE bought (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL, nth INTEGER NOT NULL, course INTEGER NOT NULL, student INTEGER NOT NULL,
  teacher INTEGER NOT NULL, maker INTEGER NOT NULL, price INTEGER NOT NULL, status TEXT NOT NULL, at INTEGER NOT NULL);
INSERT INTO bought
WITH takes AS (
  SELECT p.n AS student, k AS nth, p.at AS since,
         1 + CASE k WHEN 0 THEN first ELSE (first + 1 + p.n * 668265263 % (courses - 1)) % courses END AS course
  FROM (SELECT n, at,
               CASE WHEN n % 20 = 0 THEN 0
                    ELSE (n * 2654435761 >> 8) % courses * ((n * 2246822519 >> 8) % courses) / courses END AS first
        FROM people, size, parts WHERE n > staff AND n < users) p,
       size, (SELECT 0 AS k UNION ALL SELECT 1)
  UNION ALL
  SELECT users, n - 1, 1700000000000 + (ends_at - 1700000000000) / 2, n FROM offers, size WHERE n <= 300),
drawn AS (
  SELECT row_number() OVER (ORDER BY student, nth) AS n, student, nth, course,
         since + (ends_at - 172800000 - since) / 1000 * ((student * 3266489917 + nth * 374761393 >> 8) % 1000) AS at,
         (student * 374761393 + nth * 2654435761 >> 8) % 100 AS luck
  FROM takes, size)
SELECT d.n, printf('%08x-%04x-7007-8007-%012x', d.at >> 16, d.at & 65535, d.n), nth, course, student,
       CASE WHEN d.n % 3 = 0 THEN o.maker ELSE makers + 1 + (o.n * 7 + d.n % 5 * 13) % makers END, o.maker, o.price,
       CASE WHEN luck < 1 THEN 'pending' WHEN luck < 9 THEN 'released' WHEN luck < 12 THEN 'refunded'
            WHEN luck < 55 THEN 'completed' ELSE 'enrolled' END,
       d.at
FROM drawn d JOIN offers o ON o.n = d.course, parts;

INSERT INTO enrollments (id, course_id, student_id, teacher_id, instructor_type, status, price_cents, currency,
                         checkout_session_id, checkout_url, checkout_expires_at, enrolled_at, recommended_at,
                         completed_at, refund_requested_at, refunded_at, released_at, created_at, updated_at)
SELECT b.id, o.id, s.id, t.id, CASE WHEN b.teacher = b.maker THEN 'creator' ELSE 'student_teacher' END, b.status,
       b.price, 'usd', 'cs_' || b.n, 'https://checkout.example.org/c/pay/cs_' || b.n,
       CASE b.status WHEN 'pending' THEN ends_at + 1800000 ELSE b.at + 3600000 END,
       CASE WHEN b.status NOT IN ('pending', 'released') THEN b.at + 300000 END,
       CASE WHEN b.status = 'completed' OR b.status = 'enrolled' AND b.n % 10 = 0 THEN b.at + 90000000 END,
       CASE b.status WHEN 'completed' THEN b.at + 100000000 END,
       CASE b.status WHEN 'refunded' THEN b.at + 86400000 END, CASE b.status WHEN 'refunded' THEN b.at + 86460000 END,
       CASE b.status WHEN 'released' THEN b.at + 4200000 END, b.at, b.at + 300000
FROM bought b JOIN offers o ON o.n = b.course JOIN people s ON s.n = b.student JOIN people t ON t.n = b.teacher, size;

INSERT INTO lesson_progress (enrollment_id, lesson_id, completed_at)
WITH places (place) AS (VALUES (0), (1), (2), (3))
SELECT b.id, printf('%08x-%04x-7005-8005-%012x', o.at >> 16, o.at & 65535, o.n * 20 + place), b.at + 86400000 + place
FROM bought b JOIN offers o ON o.n = b.course, places WHERE b.status IN ('enrolled', 'completed');

-- What was paid, as the settlement writes it.
CREATE TEMP TABLE paid AS
SELECT b.n, printf('%08x-%04x-7008-8008-%012x', b.at >> 16, b.at & 65535, b.n) AS id, b.id AS enrollment_id, b.status,
       b.price, b.at, b.price * CASE WHEN b.teacher = b.maker THEN 85 ELSE 15 END / 100 AS to_maker, m.id AS maker_id,
       b.maker, CASE WHEN b.teacher = b.maker THEN 0 ELSE b.price * 70 / 100 END AS to_teacher, t.id AS teacher_id,
       b.teacher, b.status = 'completed' AND b.n % 2 = 0 AS paid_out
FROM bought b JOIN people m ON m.n = b.maker JOIN people t ON t.n = b.teacher
WHERE b.status IN ('enrolled', 'completed', 'refunded');

INSERT INTO transactions (id, enrollment_id, amount_cents, currency, stripe_payment_intent_id, stripe_charge_id, status,
                          refunded_cents, created_at, updated_at)
SELECT id, enrollment_id, price, 'usd', 'pi_' || n, 'ch_' || n,
       CASE status WHEN 'refunded' THEN 'refunded' ELSE 'paid' END, CASE status WHEN 'refunded' THEN price ELSE 0 END,
       at + 300000, at + 300000
FROM paid;

CREATE TEMP TABLE shares AS
SELECT printf('%08x-%04x-7009-8009-%012x', at >> 16, at & 65535, n * 4) AS id, n, id AS transaction_id,
       NULL AS recipient_id, NULL AS recipient, 'platform' AS type, price - to_maker - to_teacher AS cents, status,
       0 AS paid_out, at
FROM paid
UNION ALL
SELECT printf('%08x-%04x-7009-8009-%012x', at >> 16, at & 65535, n * 4 + 1), n, id, maker_id, maker, 'creator',
       to_maker, status, paid_out, at
FROM paid
UNION ALL
SELECT printf('%08x-%04x-7009-8009-%012x', at >> 16, at & 65535, n * 4 + 2), n, id, teacher_id, teacher,
       'student_teacher', to_teacher, status, paid_out, at
FROM paid WHERE to_teacher > 0;

INSERT INTO payment_splits (id, transaction_id, recipient_id, recipient_type, amount_cents, reversed_cents, currency,
                            status, stripe_transfer_id, approved_at, paid_at, created_at, updated_at)
SELECT id, transaction_id, recipient_id, type, cents, CASE status WHEN 'refunded' THEN cents ELSE 0 END, 'usd',
       CASE WHEN status = 'refunded' THEN 'reversed' WHEN paid_out THEN 'paid' WHEN status = 'completed' THEN 'approved'
            ELSE 'pending' END,
       CASE WHEN paid_out THEN 'tr_' || n || '_' || type END, CASE status WHEN 'completed' THEN at + 100000000 END,
       CASE WHEN paid_out THEN at + 110000000 END, at + 300000, at + 300000
FROM shares;

INSERT INTO transfers (id, split_id, recipient_id, stripe_account_id, amount_cents, withheld_cents, currency, status,
                       stripe_transfer_id, created_at, settled_at)
SELECT replace(id, '-7009-8009-', '-700a-800a-'), id, recipient_id, 'acct_' || recipient, cents, 0, 'usd', 'sent',
       'tr_' || n || '_' || type, at + 110000000, at + 110000000
FROM shares WHERE paid_out;

INSERT INTO refunds (id, transaction_id, stripe_charge_id, stripe_payment_intent_id, stripe_refund_id, amount_cents,
                     cumulative_cents, currency, created_at)
SELECT printf('%08x-%04x-700b-800b-%012x', at >> 16, at & 65535, n), id, 'ch_' || n, 'pi_' || n, 're_' || n, price,
       price, 'usd', at + 86460000
FROM paid WHERE status = 'refunded';

INSERT INTO ledger_movements (id, cause, transaction_id, currency, postings, created_at)
SELECT printf('%08x-%04x-700c-800c-%012x', moved_at >> 16, moved_at & 65535, n), cause, id, 'usd', postings, moved_at
FROM (
  SELECT n, id, 'checkout:cs_' || n AS cause, at + 300000 AS moved_at,
         CASE to_teacher
           WHEN 0 THEN json_object('provider:stripe', price, 'platform:revenue', to_maker - price,
                                   'payable:' || maker_id, -to_maker)
           ELSE json_object('provider:stripe', price, 'platform:revenue', to_maker + to_teacher - price,
                            'payable:' || maker_id, -to_maker, 'payable:' || teacher_id, -to_teacher) END AS postings
  FROM paid
  UNION ALL
  SELECT n, id, 'refund:ch_' || n || ':' || price, at + 86460000,
         CASE to_teacher
           WHEN 0 THEN json_object('provider:stripe', -price, 'platform:revenue', price - to_maker,
                                   'payable:' || maker_id, to_maker)
           ELSE json_object('provider:stripe', -price, 'platform:revenue', price - to_maker - to_teacher,
                            'payable:' || maker_id, to_maker, 'payable:' || teacher_id, to_teacher) END
  FROM paid WHERE status = 'refunded'
  UNION ALL
  SELECT n, transaction_id, 'transfer:tr_' || n || '_' || type, at + 110000000 + (type = 'creator'),
         json_object('payable:' || recipient_id, cents, 'provider:stripe', -cents)
  FROM shares WHERE paid_out)
ORDER BY moved_at;

INSERT INTO payouts (id, user_id, stripe_account_id, stripe_payout_id, amount_cents, currency, status, arrives_at,
                     created_at, updated_at)
WITH RECURSIVE places (place) AS (SELECT 0 UNION ALL SELECT place + 1 FROM places WHERE place < 9)
SELECT printf('%08x-%04x-700d-800d-%012x', at >> 16, at & 65535, n * 10 + place), id, 'acct_' || n,
       'po_' || n || '_' || place, 10000, 'usd', 'paid', at + place * 2592000000, at + place * 2592000000,
       at + place * 2592000000
FROM people, parts, places WHERE n <= 2 * makers;

INSERT INTO disputes (id, stripe_dispute_id, transaction_id, stripe_charge_id, stripe_payment_intent_id, amount_cents,
                      currency, reason, status, created_at, closed_at)
SELECT printf('%08x-%04x-700e-800e-%012x', at >> 16, at & 65535, n), 'dp_' || n, id, 'ch_' || n, 'pi_' || n, price,
       'usd', 'general', 'won', at + 86400000, at + 96400000
FROM paid WHERE n % 1000 = 0;

-- Sessions: those of the past may lie as they come, those to come keep their people apart.
CREATE TEMP TABLE learning (
  p INTEGER PRIMARY KEY, n INTEGER NOT NULL, id TEXT NOT NULL, nth INTEGER NOT NULL, course_id TEXT NOT NULL,
  student_id TEXT NOT NULL, teacher_id TEXT NOT NULL, teacher INTEGER NOT NULL, status TEXT NOT NULL,
  at INTEGER NOT NULL);
INSERT INTO learning
SELECT row_number() OVER (ORDER BY b.n), b.n, b.id, b.nth, o.id, s.id, t.id, b.teacher, b.status, b.at
FROM bought b JOIN offers o ON o.n = b.course JOIN people s ON s.n = b.student JOIN people t ON t.n = b.teacher
WHERE b.status IN ('enrolled', 'completed');

CREATE TEMP TABLE held (n INTEGER PRIMARY KEY, p INTEGER NOT NULL, id TEXT NOT NULL, starts_at INTEGER NOT NULL,
                        status TEXT NOT NULL);
INSERT INTO held
WITH RECURSIVE
  numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers, size WHERE n < sessions - sessions / 100),
  placed AS (SELECT n, 1 + (n - 1) % (SELECT count(*) FROM learning) AS p, (n * 2246822519 >> 8) % 1000 AS draw
             FROM numbers),
  timed AS (SELECT d.n, d.p, (l.at + 3600000 + (ends_at - 90000000 - l.at) / 1000 * draw) / 1800000 * 1800000 AS starts_at
            FROM placed d JOIN learning l USING (p), size)
SELECT n, p, printf('%08x-%04x-700f-800f-%012x', starts_at - 3600000 >> 16, starts_at - 3600000 & 65535, n), starts_at,
       CASE n % 20 WHEN 0 THEN 'cancelled' WHEN 1 THEN 'no_show' ELSE 'completed' END
FROM timed;

INSERT INTO sessions (id, enrollment_id, course_id, student_id, teacher_id, starts_at, ends_at, status, no_show_by,
                      cancelled_by, cancelled_at, settled_at, created_at, updated_at)
SELECT h.id, l.id, course_id, student_id, teacher_id, starts_at, starts_at + 3600000, h.status,
       CASE h.status WHEN 'no_show' THEN 'student' END, CASE h.status WHEN 'cancelled' THEN student_id END,
       CASE h.status WHEN 'cancelled' THEN starts_at - 1800000 END,
       CASE h.status WHEN 'cancelled' THEN NULL ELSE starts_at + 3600000 END, starts_at - 3600000, starts_at + 3600000
FROM held h JOIN learning l USING (p) ORDER BY h.id;

INSERT INTO sessions (id, enrollment_id, course_id, student_id, teacher_id, starts_at, ends_at, next_reminder_at,
                      created_at, updated_at)
SELECT printf('%08x-%04x-7010-8010-%012x', ends_at - 3600000 >> 16, ends_at - 3600000 & 65535, n), id, course_id,
       student_id, teacher_id, (ends_at / 3600000 + slot) * 3600000, (ends_at / 3600000 + slot + 1) * 3600000,
       (ends_at / 3600000 + slot) * 3600000 - 1800000, ends_at - 3600000, ends_at - 3600000
FROM (SELECT l.*, row_number() OVER (PARTITION BY teacher ORDER BY n) AS slot,
             row_number() OVER (ORDER BY n * 2654435761 % 4294967296) AS place
      FROM learning l WHERE nth = 0 AND status = 'enrolled'), size
WHERE place <= sessions / 100 AND slot < 1000;

INSERT INTO session_attendance (session_id, participant_sid, room_sid, user_id, joined_at, left_at, left_how)
SELECT h.id, 'PA_' || h.n || '_' || who, 'RM_' || h.n, iif(who = 's', student_id, teacher_id), starts_at - 60000,
       starts_at + 3540000, 'left'
FROM held h JOIN learning l USING (p), (SELECT 's' AS who UNION ALL SELECT 't') WHERE h.status = 'completed';

INSERT INTO recordings (id, session_id, provider, provider_record_id, status, content_type, object_key, size_bytes,
                        recorded_at, next_attempt_at, stored_at, created_at)
SELECT replace(h.id, '-700f-800f-', '-7011-8011-'), h.id, 'plugnmeet', 'rec_' || h.n, 'stored', 'video/mp4',
       'recordings/' || h.id || '/' || h.n, 90000000, starts_at, starts_at, starts_at + 7200000, starts_at + 3600000
FROM held h WHERE h.status = 'completed' AND h.n % 25 = 2;

INSERT INTO reviews (id, session_id, enrollment_id, course_id, author_id, subject_id, written_by, rating, course_rating,
                     comment, created_at)
SELECT replace(h.id, '-700f-800f-', '-7012-8012-'), h.id, l.id, course_id, student_id, teacher_id, 'student',
       3 + h.n % 3, 3 + h.n / 3 % 3, 'We went through my own work line by line, and now I see why it did what it did.',
       starts_at + 7200000
FROM held h JOIN learning l USING (p) WHERE h.status = 'completed' AND h.n % 4 = 2;

INSERT INTO certificates (id, enrollment_id, course_id, holder_id, holder_name, course_title, issued_by, issued_at)
SELECT printf('%08x-%04x-7013-8013-%012x', b.at >> 16, b.at & 65535, b.n), b.id, o.id, s.id, 'Somebody',
       'Course ' || o.n, m.id, b.at + 100000000
FROM bought b JOIN offers o ON o.n = b.course JOIN people s ON s.n = b.student JOIN people m ON m.n = b.maker
WHERE b.status = 'completed';

INSERT INTO availability (teacher_id, timezone, slot_step_minutes, session_minutes, buffer_before_minutes,
                          buffer_after_minutes, minimum_notice_minutes, change_notice_minutes, horizon_days, created_at,
                          updated_at)
SELECT id, 'Europe/Berlin', 30, '[60,30]', 0, 10, 720, 720, 60, at, at FROM people, parts WHERE n <= 2 * makers;
INSERT INTO availability_rules (teacher_id, weekday, from_minute, to_minute)
WITH days (weekday) AS (VALUES (1), (2), (3), (4), (5))
SELECT id, weekday, 480, 1080 FROM people, parts, days WHERE n <= 2 * makers;
INSERT INTO calendar_links (user_id, token_hash, created_at)
SELECT id, printf('%064x', n), at FROM people WHERE n % 20 = 0 OR n = 1;

-- What people write.
INSERT INTO posts (id, course_id, author_id, text, status, ended_at, created_at)
SELECT printf('%08x-%04x-7014-8014-%012x', at + 7200000 >> 16, at + 7200000 & 65535, n), course_id,
       CASE WHEN n % 10 = 0 THEN teacher_id ELSE student_id END,
       CASE WHEN n % 40 = 1 THEN ''
            ELSE 'Does anybody else get a different result in the third exercise? I wrote down how I got there.' END,
       CASE WHEN n % 40 = 1 THEN 'deleted' ELSE 'published' END, CASE WHEN n % 40 = 1 THEN at + 9000000 END, at + 7200000
FROM learning WHERE n % 2 = 0 OR n % 40 = 1 ORDER BY at, n;
INSERT INTO post_flags (id, post_id, reporter_id, reason, status, resolved_at, created_at)
SELECT printf('%08x-%04x-7015-8015-%012x', l.at + 8000000 >> 16, l.at + 8000000 & 65535, l.n),
       printf('%08x-%04x-7014-8014-%012x', l.at + 7200000 >> 16, l.at + 7200000 & 65535, l.n), p.id, 'spam',
       CASE WHEN l.n % 8 = 0 THEN 'open' ELSE 'dismissed' END, CASE WHEN l.n % 8 <> 0 THEN l.at + 9000000 END,
       l.at + 8000000
FROM learning l, size JOIN people p ON p.n = 1 + l.n * 17 % users WHERE l.n % 4 = 0;

INSERT INTO conversations (id, first_user_id, second_user_id, begun_by, created_at)
SELECT printf('%08x-%04x-7016-8016-%012x', at >> 16, at & 65535, n), min(student_id, teacher_id),
       max(student_id, teacher_id), student_id, at
FROM learning WHERE nth = 0 AND (n % 4 = 3 OR n % 4 < 2 AND status = 'enrolled');
INSERT INTO messages (id, conversation_id, position, sender_id, text, created_at)
WITH RECURSIVE places (place) AS (SELECT 1 UNION ALL SELECT place + 1 FROM places WHERE place < 10)
SELECT printf('%08x-%04x-7017-8017-%012x', c.created_at + place * 60000 >> 16, c.created_at + place * 60000 & 65535,
              c.rowid * 10 + place),
       c.id, place, CASE place % 2 WHEN 1 THEN c.first_user_id ELSE c.second_user_id END,
       'Could we look at the second part again on Thursday? I am not sure that I understood it.',
       c.created_at + place * 60000
FROM conversations c, places ORDER BY c.created_at, place;
INSERT INTO messages (id, conversation_id, position, sender_id, text, created_at)
WITH RECURSIVE places (place) AS (SELECT 11 UNION ALL SELECT place + 1 FROM places, size WHERE place < users / 50)
SELECT printf('%08x-%04x-7018-8018-%012x', c.created_at + place * 60000 >> 16, c.created_at + place * 60000 & 65535,
              place),
       c.id, place, c.first_user_id, 'One more thing.', c.created_at + place * 60000
FROM conversations c, places WHERE c.rowid = 1;
INSERT INTO blocks (blocker_id, blocked_id, created_at)
SELECT p.id, q.id, p.at FROM people p JOIN people q ON q.n = p.n - 1 WHERE p.n % 100 = 0;

-- What people are told, and from where they sign in.
INSERT INTO notifications (id, user_id, kind, cause, data, read_at, created_at)
WITH places (place, kind) AS (VALUES (0, 'session_booked'), (1, 'session_completed'), (2, 'review_received'),
                                     (3, 'new_message'), (4, 'certificate_issued'))
SELECT printf('%08x-%04x-7019-8019-%012x', at >> 16, at & 65535, n * 5 + place), id, kind,
       'cause:' || n || ':' || place, json_object('courseTitle', 'Course ' || n),
       CASE WHEN place < 3 THEN at + 900000 END, at + place * 86400000
FROM people, places, size WHERE at + place * 86400000 < ends_at;
INSERT INTO notifications (id, user_id, kind, cause, data, created_at)
WITH RECURSIVE places (place) AS (SELECT 1 UNION ALL SELECT place + 1 FROM places, size WHERE place < users / 50)
SELECT printf('%08x-%04x-701a-801a-%012x', at >> 16, at & 65535, place), id, 'new_message', 'more:' || place, '{}',
       at + place * 1000
FROM people, size, places WHERE n = users;

INSERT INTO auth_sessions (id, user_id, user_agent, created_at, last_used_at, expires_at)
SELECT printf('%08x-%04x-701b-801b-%012x', at >> 16, at & 65535, n), id,
       'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0', at, ends_at - n % 1000 * 3600000,
       ends_at + 2592000000
FROM people, size;
INSERT INTO auth_sessions (id, user_id, user_agent, created_at, last_used_at, expires_at)
WITH RECURSIVE places (place) AS (SELECT 1 UNION ALL SELECT place + 1 FROM places, size WHERE place < users / 50)
SELECT printf('%08x-%04x-701c-801c-%012x', at >> 16, at & 65535, place), id, 'Mozilla/5.0', at + place, at + place,
       ends_at + 2592000000
FROM people, size, places WHERE n = users;
INSERT INTO refresh_tokens (token_hash, family_id, access_jti, access_expires_at, created_at, expires_at)
SELECT printf('%064x', n), printf('%08x-%04x-701b-801b-%012x', at >> 16, at & 65535, n), 'jti-' || n, ends_at - 3600000,
       at, ends_at + 2592000000
FROM people, size;

-- What happens around it.
INSERT INTO outbox (id, kind, dedupe_key, payload, attempts, next_attempt_at, delivered_at, dead_at, last_error, created_at)
SELECT printf('%08x-%04x-701d-801d-%012x', at >> 16, at & 65535, n), 'mail', 'mail:' || n, '{}', 1, at,
       CASE WHEN n % 200 > 1 THEN at + 1000 END, CASE WHEN n % 200 = 0 THEN at + 1000 END,
       CASE WHEN n % 200 = 0 THEN 'refused' END, at
FROM people;
INSERT INTO emails (id, outbox_id, user_id, template, provider_email_id, status, status_at, created_at)
SELECT printf('%08x-%04x-701e-801e-%012x', at >> 16, at & 65535, n),
       printf('%08x-%04x-701d-801d-%012x', at >> 16, at & 65535, n), id, 'verify_email', 'em_' || n, 'delivered',
       at + 2000, at + 1000
FROM people WHERE n % 200 > 1;
INSERT INTO webhook_events (provider, event_id, type, created_at, received_at, status, error)
SELECT 'stripe', 'evt_' || n, 'checkout.session.completed', at + 299000, at + 300000,
       CASE WHEN n % 1000 = 0 THEN 'failed' ELSE 'processed' END, CASE WHEN n % 1000 = 0 THEN 'timeout' END
FROM paid;
INSERT INTO audit_log (id, actor_id, action, target_type, target_id, details, created_at)
SELECT printf('%08x-%04x-701f-801f-%012x', l.at >> 16, l.at & 65535, l.n), a.id, 'refund_requested', 'enrollment', l.id,
       '{}', l.at
FROM learning l JOIN people a ON a.n = (SELECT staff FROM parts) - l.n % 3 WHERE l.n % 10 = 0;
