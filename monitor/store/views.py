"""Views with names and columns for people: what sqlite3 and Datasette show, and what `monitor export` writes.

They are laid anew whenever the schema changes, so that a migration may change the tables below them. Times are ISO 8601
in UTC, lists are JSON. deploy/schema.md describes each column.
"""

from collections.abc import Iterable

from monitor.models import RelationState
from monitor.track.relation import EXCLUSIVITIES, MOVES_TO, OPEN, SAYS_NOT_HOW

_TIME = "strftime('%Y-%m-%dT%H:%M:%SZ', {})"
_COMPANIES = (
    "(SELECT json_group_array(name) FROM (SELECT name FROM participants WHERE event_id = {} ORDER BY position))"
)

_ALERTS = f"""
SELECT alerts.id, {_TIME.format("alerts.created_at")} AS created_at, alerts.novelty, alerts.severity,
    events.type, events.modality, {_COMPANIES.format("events.id")} AS companies, events.subject, events.sentence,
    events.rule, told.state_before, told.state_after,
    (SELECT count(*) FROM alert_events AS every WHERE every.alert_id = alerts.id) AS events,
    alerts.story_id, alerts.article_id, articles.title, articles.url, articles.source,
    {_TIME.format("articles.published_at")} AS published_at,
    {_TIME.format("stories.acknowledged_at")} AS acknowledged_at, feedback.judgement
FROM alerts
JOIN articles ON articles.id = alerts.article_id
JOIN stories ON stories.id = alerts.story_id
LEFT JOIN alert_events AS told ON told.alert_id = alerts.id AND told.position = 0
LEFT JOIN events ON events.id = told.event_id
LEFT JOIN feedback ON feedback.alert_id = alerts.id
"""  # noqa: S608 - nothing but our own words
_EVENTS = f"""
SELECT events.id, {_TIME.format("events.detected_at")} AS detected_at, events.type, events.modality,
    {_COMPANIES.format("events.id")} AS companies, events.subject, events.effective_on, events.sentence,
    events.severity, events.rule, events.tags, events.novelty, events.story_id, events.article_id,
    events.article_version, events.article_version = articles.version AS is_current,
    articles.title, articles.url, articles.source, {_TIME.format("articles.published_at")} AS published_at
FROM events JOIN articles ON articles.id = events.article_id
"""  # noqa: S608 - nothing but our own words
_ARTICLES = f"""
SELECT id, url, source, site_name, title, authors, language, section, tickers,
    {_TIME.format("published_at")} AS published_at, {_TIME.format("first_seen_at")} AS first_seen_at,
    {_TIME.format("stored_at")} AS stored_at, version,
    (SELECT count(*) FROM events WHERE events.article_id = articles.id) AS events, text,
    {_TIME.format("text_removed_at")} AS text_removed_at
FROM articles
"""  # noqa: S608 - nothing but our own words
_KINDS = ", ".join(f"('{kind}', '{state}', {rank})" for rank, (kind, state) in enumerate(MOVES_TO.items()))


def _is_one_of(column: str, states: Iterable[RelationState]) -> str:
    names = ", ".join(f"'{state}'" for state in RelationState if state in states)
    return f"{column} IN ({names})"


_STAYS = f"""
next.is_background OR next.state = ledger.state
OR ({_is_one_of("next.state", SAYS_NOT_HOW)} AND {_is_one_of("ledger.state", OPEN)})
OR (next.state = '{RelationState.EXPANDED}' AND {_is_one_of("ledger.state", EXCLUSIVITIES)})
"""
"""As `track.relation` decides it, like the long forms of names below; a test compares the two."""
_FIRST_WORD = "substr({0}, 1, instr({0} || ' ', ' ') - 1)"
_RELATIONS = f"""
WITH RECURSIVE
kinds(type, state, rank) AS (VALUES {_KINDS}),
pairs AS MATERIALIZED (
    SELECT DISTINCT events.id, one.folded AS left, other.folded AS right,
        {_FIRST_WORD.format("one.folded")} AS left_word, {_FIRST_WORD.format("other.folded")} AS right_word
    FROM events
    JOIN articles ON articles.id = events.article_id AND articles.version = events.article_version
    JOIN participants AS one ON one.event_id = events.id
    JOIN participants AS other ON other.event_id = events.id AND other.folded > one.folded
        AND substr(other.folded, 1, length(one.folded) + 1) <> one.folded || ' '
),
beside(word, name, first_word) AS MATERIALIZED (
    SELECT left_word, right, right_word FROM pairs UNION SELECT right_word, left, left_word FROM pairs
),
longer AS (
    SELECT short.word, short.name, long.name AS long_name,
        max(long.name) OVER (PARTITION BY short.word, short.name) AS longest
    FROM beside AS short JOIN beside AS long ON long.word = short.word AND long.first_word = short.first_word
        AND substr(long.name, 1, length(short.name) + 1) = short.name || ' '
),
long_forms AS MATERIALIZED (
    SELECT word, name, longest FROM longer GROUP BY word, name
    HAVING min(long_name = longest OR substr(longest, 1, length(long_name) + 1) = long_name || ' ')
),
moving AS (
    SELECT DISTINCT events.id, kinds.state, kinds.rank, events.modality = 'historical' AS is_background,
        coalesce(articles.published_at, articles.first_seen_at) AS at, events.modality, events.subject,
        lower(coalesce(events.subject, '')) AS topic,
        coalesce(one.longest, pairs.left) AS left, coalesce(other.longest, pairs.right) AS right
    FROM pairs
    JOIN events ON events.id = pairs.id
    JOIN kinds ON kinds.type = events.type
    JOIN articles ON articles.id = events.article_id
    LEFT JOIN long_forms AS one ON one.word = pairs.right_word AND one.name = pairs.left
    LEFT JOIN long_forms AS other ON other.word = pairs.left_word AND other.name = pairs.right
    WHERE events.modality IN ('confirmed', 'reported', 'historical')
),
steps AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY left, right, topic
        ORDER BY NOT is_background, at, rank, modality, subject, id) AS number,
        count(*) OVER (PARTITION BY left, right, topic) AS steps
    FROM moving
),
ledger(left, right, topic, number, state, moved_by) AS (
    SELECT left, right, topic, number, state, id FROM steps WHERE number = 1
    UNION ALL
    SELECT next.left, next.right, next.topic, next.number, iif({_STAYS}, ledger.state, next.state),
        iif({_STAYS}, ledger.moved_by, next.id)
    FROM ledger JOIN steps AS next ON next.left = ledger.left AND next.right = ledger.right
        AND next.topic = ledger.topic AND next.number = ledger.number + 1
)
SELECT
    (SELECT name FROM participants WHERE folded = ledger.left ORDER BY event_id DESC LIMIT 1) AS company,
    (SELECT name FROM participants WHERE folded = ledger.right ORDER BY event_id DESC LIMIT 1) AS partner,
    events.subject, ledger.state,
    strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(articles.published_at, articles.first_seen_at)) AS since,
    events.type, events.modality, events.sentence, events.id AS event_id, events.article_id
FROM ledger
JOIN steps ON steps.left = ledger.left AND steps.right = ledger.right AND steps.topic = ledger.topic
    AND steps.number = ledger.number AND steps.number = steps.steps
JOIN events ON events.id = ledger.moved_by
JOIN articles ON articles.id = events.article_id
"""  # noqa: S608 - nothing but our own words

VIEWS = {
    "alerts_view": _ALERTS,
    "events_view": _EVENTS,
    "articles_view": _ARTICLES,
    "relations": _RELATIONS,
}
"""Tables have three of the plain names already; there is no table of relations."""
