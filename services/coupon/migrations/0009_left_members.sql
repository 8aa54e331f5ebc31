-- Who left (S10), under whatever id: himself, and the members who were merged into him.

ALTER TABLE merged_members
    ADD COLUMN gone boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT merged_members_another,
    ADD CONSTRAINT merged_members_another CHECK (gone OR member_id <> into_member_id);
