#include "schema.hpp"

namespace parley::store {
namespace {

// Letter by letter what SQLAlchemy's create_all makes of the original application's models.
constexpr const char* kOriginalTables = R"(
CREATE TABLE user (
  id INTEGER NOT NULL,
  name VARCHAR(100) NOT NULL,
  email VARCHAR(100) NOT NULL,
  password VARCHAR(200) NOT NULL,
  role VARCHAR(20) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (email)
);
CREATE TABLE chat (
  id INTEGER NOT NULL,
  sender_id INTEGER NOT NULL,
  receiver_id INTEGER NOT NULL,
  content TEXT NOT NULL,
  timestamp DATETIME,
  read_status BOOLEAN,
  PRIMARY KEY (id),
  FOREIGN KEY(sender_id) REFERENCES user (id),
  FOREIGN KEY(receiver_id) REFERENCES user (id)
);
PRAGMA user_version = 1;
)";

// One index serves both directions of a conversation, so that an insert touches one page of one index. Its key is an
// expression: rows of a program that knows nothing of it are in it too.
constexpr const char* kConversations = R"(
ALTER TABLE chat ADD COLUMN client_id VARCHAR(64);
CREATE INDEX chat_by_conversation ON chat (min(sender_id, receiver_id), max(sender_id, receiver_id));
CREATE UNIQUE INDEX chat_by_client_id ON chat (sender_id, client_id) WHERE client_id IS NOT NULL;

-- Two rows for each pair that ever wrote: whom user_id talks to, and how far user_id has read what partner_id wrote.
-- read_up_to: every such message up to that id is read. read_at: the newest id of any message when that was said;
-- -1: never said since there are marks.
CREATE TABLE conversation (
  user_id INTEGER NOT NULL,
  partner_id INTEGER NOT NULL,
  read_up_to INTEGER NOT NULL DEFAULT 0,
  read_at INTEGER NOT NULL DEFAULT -1,
  PRIMARY KEY (user_id, partner_id)
) WITHOUT ROWID;
INSERT INTO conversation (user_id, partner_id, read_up_to)
  SELECT receiver_id, sender_id, max(0, coalesce(min(CASE WHEN read_status IS NOT 1 THEN id END) - 1, max(id)))
  FROM chat GROUP BY receiver_id, sender_id;
INSERT OR IGNORE INTO conversation (user_id, partner_id) SELECT DISTINCT sender_id, receiver_id FROM chat;

-- One row. last_message_id: the greatest id ever given, whatever became of its row. commits: transactions that changed
-- messages or marks.
CREATE TABLE log_position (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  last_message_id INTEGER NOT NULL,
  commits INTEGER NOT NULL
);
INSERT INTO log_position (id, last_message_id, commits) SELECT 1, max(0, coalesce(max(id), 0)), 0 FROM chat;

PRAGMA application_id = 1349676153;  -- kApplicationId
PRAGMA user_version = 2;
)";

constexpr const char* kLogins = R"(
ALTER TABLE user ADD COLUMN disabled BOOLEAN NOT NULL DEFAULT 0;
CREATE INDEX user_by_email ON user (lower(email));
CREATE INDEX user_by_role ON user (role);

-- A login that stands; ended ones are gone. refresh_token_id: the token that has not been used yet.
CREATE TABLE login (
  id VARCHAR(64) NOT NULL PRIMARY KEY,
  user_id INTEGER NOT NULL,
  refresh_token_id VARCHAR(64) NOT NULL,
  begun_unix_us INTEGER NOT NULL,
  expires_unix_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX login_by_user ON login (user_id);

-- Refresh tokens used lately: within the grace they work again.
CREATE TABLE used_refresh_token (
  login_id VARCHAR(64) NOT NULL,
  token_id VARCHAR(64) NOT NULL,
  used_unix_us INTEGER NOT NULL,
  PRIMARY KEY (login_id, token_id)
) WITHOUT ROWID;
PRAGMA user_version = 3;
)";

// `parley restore` makes the table too, in a database of whatever schema it puts back: this step may find it.
constexpr const char* kIdGaps = R"(
-- One row a restore. Ids beyond after_id and below up_to_id are never given: the database that was replaced or lost may
-- have given them, to messages that are not here. up_to_id itself no message ever had. commits: the number that those of
-- this database go on from.
CREATE TABLE IF NOT EXISTS id_gap (
  after_id INTEGER NOT NULL PRIMARY KEY,
  up_to_id INTEGER NOT NULL,
  commits INTEGER NOT NULL,
  made_unix_us INTEGER NOT NULL
);
PRAGMA user_version = 4;
)";

// Apart from `user`: who comes and goes must not rewrite the rows of people.
constexpr const char* kLastSeen = R"(
CREATE TABLE last_seen (
  user_id INTEGER NOT NULL PRIMARY KEY,
  unix_us INTEGER NOT NULL
);
PRAGMA user_version = 5;
)";

// made_by: 0 is an operator. Of the codes only digests are kept: lookup finds the row, digest tells that it is the one.
constexpr const char* kOneTimeCodes = R"(
CREATE TABLE invite (
  id INTEGER NOT NULL PRIMARY KEY,
  lookup VARCHAR(32) NOT NULL UNIQUE,
  digest VARCHAR(64) NOT NULL,
  made_by INTEGER NOT NULL,
  made_unix_us INTEGER NOT NULL,
  expires_unix_us INTEGER NOT NULL
);
CREATE TABLE reset_code (
  user_id INTEGER NOT NULL PRIMARY KEY,
  lookup VARCHAR(32) NOT NULL UNIQUE,
  digest VARCHAR(64) NOT NULL,
  made_by INTEGER NOT NULL,
  expires_unix_us INTEGER NOT NULL
);
PRAGMA user_version = 6;
)";

constexpr Migration kMigrations[] = {
    {1, "tables of the original application", kOriginalTables},
    {2, "conversations, read marks, client ids", kConversations},
    {3, "logins and disabled people", kLogins},
    {4, "ids that restores have skipped", kIdGaps},
    {5, "when people were last seen", kLastSeen},
    {6, "invites and codes for a new password", kOneTimeCodes},
};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

}  // namespace parley::store
