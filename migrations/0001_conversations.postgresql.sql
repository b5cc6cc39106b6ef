-- Conversations, their messages and versions, and the files that belong to them.

create table conversations (
  id text primary key,
  owner text not null,
  dialect text not null,
  external_key text not null,
  userid text not null,
  title text not null,
  default_model text not null,
  pinned bigint not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  message_count bigint not null,
  tip text not null,      -- the last version of the active path; the conversation where it is empty
  bytes bigint not null   -- what its versions and files take
);
create unique index conversations_by_key on conversations (owner, dialect, external_key)
  where external_key <> '';
create index conversations_of_owner on conversations (owner, pinned, updated_ms, id);
create index conversations_by_age on conversations (pinned, updated_ms, bytes);

create table messages (
  id text primary key,
  conversation_id text not null references conversations (id) on delete cascade,
  parent_id text not null unique,
  role text not null,
  created_ms bigint not null,
  versions bigint not null,
  active_id text not null
);
create index messages_of_conversation on messages (conversation_id);

-- What is finished can be searched: words between blanks and ASCII punctuation. The index of one
-- text has a bound of its own, within which this many characters always are.
create table versions (
  id text primary key,
  message_id text not null references messages (id) on delete cascade,
  conversation_id text not null,
  number bigint not null,
  content text not null,
  parts text not null,
  model text not null,
  provider text not null,
  status text not null,
  error text not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cached_tokens bigint not null,
  instance text not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  words tsvector not null generated always as (
    case when status = 'streaming' then ''::tsvector
    else to_tsvector('simple', translate(left(content, 100000),
                                         '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))
    end) stored,
  unique (message_id, number)
);
create index versions_being_written on versions (instance) where status = 'streaming';
create index versions_by_words on versions using gin (words);

create table files (
  id text primary key,
  owner text not null,
  conversation_id text not null references conversations (id) on delete cascade,
  media_type text not null,
  name text not null,
  bytes text not null,  -- in base64
  created_ms bigint not null
);
create index files_of_conversation on files (conversation_id);

-- The processes that share this database.
create table instances (
  id text primary key,
  host text not null,
  pid bigint not null,
  pid_started bigint not null,
  seen_ms bigint not null,
  batch bigint not null  -- the last transaction it committed
);
