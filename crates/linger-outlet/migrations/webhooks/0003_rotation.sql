-- The secret before the present one, which signs as well until then: receivers change theirs without losing a message.
ALTER TABLE endpoints ADD COLUMN old_secret BLOB;
ALTER TABLE endpoints ADD COLUMN old_until INTEGER;
