-- A search looks only at what its owner said: every version tells whose it is, and so does the index
-- of words, as one more word that must be there. It has an underscore, which no word of a text has.
alter table versions add column owner text not null default '';
update versions set owner = c.owner from conversations c where c.id = versions.conversation_id;

alter table versions drop column words;
alter table versions add column words tsvector not null generated always as (
  case when status = 'streaming' then ''::tsvector
  else to_tsvector('simple', translate(left(content, 100000),
                                       '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))
       || array_to_tsvector(array['owner_' || md5(owner)])
  end) stored;
create index versions_by_words on versions using gin (words);

-- What the processes that share this database must all know, and nobody else: keys made at random.
create table secrets (
  name text primary key,
  value text not null
);
