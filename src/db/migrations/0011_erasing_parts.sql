-- What was made of a complaint is erased with it: pieces that were split off, and words that went elsewhere.
create index complaints_parent on complaints (parent_id) where parent_id is not null;
create index inbox_complaint on inbox (complaint_id);
