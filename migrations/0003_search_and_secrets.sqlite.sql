-- A search looks only at what its owner said: every version tells whose it is, and so does the index
-- of words, as one more word that must be there. The rows of who is not asking are never met.
alter table versions add column owner text not null default '';
update versions set owner =
  coalesce((select c.owner from conversations c where c.id = versions.conversation_id), '');

drop trigger version_added;
drop trigger version_finished;
drop trigger version_deleted;
drop table version_words;

create view searched_versions as
  select row_number, hex(owner) as owner, content from versions where status <> 'streaming';
create virtual table version_words using fts5 (
  owner, content, content = 'searched_versions', content_rowid = 'row_number',
  tokenize = "unicode61 remove_diacritics 0"
);
insert into version_words (rowid, owner, content)
  select row_number, owner, content from searched_versions;

create trigger version_added after insert on versions when new.status <> 'streaming'
begin
  insert into version_words (rowid, owner, content)
    values (new.row_number, hex(new.owner), new.content);
end;
create trigger version_finished after update of status on versions
when old.status = 'streaming' and new.status <> 'streaming'
begin
  insert into version_words (rowid, owner, content)
    values (new.row_number, hex(new.owner), new.content);
end;
create trigger version_deleted after delete on versions when old.status <> 'streaming'
begin
  insert into version_words (version_words, rowid, owner, content)
    values ('delete', old.row_number, hex(old.owner), old.content);
end;

-- What the processes that share this database must all know, and nobody else: keys made at random.
create table secrets (
  name text primary key,
  value text not null
);
