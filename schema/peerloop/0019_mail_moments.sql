-- When a mail arrived, and when its address was found to take nothing. The status of a mail forgets both with the next
-- event (a mail that arrived is complained about), and events come late: what an address is worth is said by moments.
ALTER TABLE emails ADD COLUMN delivered_at INTEGER CHECK (delivered_at BETWEEN 1000000000000 AND 9999999999999);
ALTER TABLE emails ADD COLUMN refused_at INTEGER CHECK (refused_at BETWEEN 1000000000000 AND 9999999999999);

UPDATE emails SET delivered_at = status_at WHERE status = 'delivered';
-- Whether a mail that came back did so for good is in its note; one that was not sent has no provider's id.
UPDATE emails SET refused_at = status_at
WHERE provider_email_id IS NOT NULL
  AND (status = 'suppressed' OR (status = 'bounced' AND error LIKE 'Permanent%'));
