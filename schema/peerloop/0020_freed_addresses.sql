-- When an address was last said to be good again: by the mail provider, which took it off its list of those that take
-- nothing, or by an admin. Events come late: a refusal from before that says nothing about the address any more.
ALTER TABLE users ADD COLUMN email_freed_at INTEGER CHECK (email_freed_at BETWEEN 1000000000000 AND 9999999999999);
