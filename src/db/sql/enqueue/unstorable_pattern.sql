-- The escapes of what JSON can say and Postgres cannot hold, \u0000 and halves of surrogate pairs, in a document without escaped
-- backslashes. Written into the functions and views that look for them, where these are installed: readers of a view may call
-- no function of Howdah's.
E'\\\\u0000|\\\\u[dD][89aAbB][0-9a-fA-F]{2}(?!\\\\u[dD][c-fC-F][0-9a-fA-F]{2})|(?<!\\\\u[dD][89aAbB][0-9a-fA-F]{2})\\\\u[dD][c-fC-F][0-9a-fA-F]{2}'
