"""What ending a run works out: since when each finding is there, which are gone, and the counts that a trend is drawn from."""

# A finding is gone where its repository was looked at and its rule could look; what was skipped or failed says nothing of it.
_CLOSE = """
    UPDATE sightings SET until = :run WHERE until IS NULL AND series = (SELECT series FROM runs WHERE id = :run) AND (
        NOT EXISTS (SELECT 1 FROM outcomes AS o WHERE o.run = :run AND o.repository = sightings.repository)
            AND (SELECT unlisted FROM runs WHERE id = :run) = '[]'
        OR EXISTS (
            SELECT 1 FROM outcomes AS o WHERE o.run = :run AND o.repository = sightings.repository AND o.result IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM findings AS f WHERE f.result = o.result AND f.fingerprint = sightings.fingerprint)
            AND NOT EXISTS (SELECT 1 FROM skips AS s WHERE s.result = o.result AND s.rule = sightings.rule AND s.because IS NULL)
        )
    )
"""
_OPEN = """
    INSERT INTO sightings (series, repository, fingerprint, rule, since)
    SELECT r.series, o.repository, f.fingerprint, f.rule, :run
    FROM runs AS r JOIN outcomes AS o ON o.run = r.id JOIN findings AS f ON f.result = o.result
    WHERE r.id = :run AND NOT EXISTS (
        SELECT 1 FROM sightings AS s
        WHERE s.series = r.series AND s.repository = o.repository AND s.fingerprint = f.fingerprint AND s.until IS NULL
    )
    ON CONFLICT DO NOTHING
"""
_COUNT = """
    INSERT INTO totals
    SELECT :run, f.rule, f.severity, p.kind, coalesce(o.owner, ''), sum(f.suppressed IS NULL), sum(f.suppressed IS NOT NULL),
        count(DISTINCT CASE WHEN f.suppressed IS NULL THEN o.repository END)
    FROM outcomes AS o JOIN findings AS f ON f.result = o.result JOIN repositories AS p ON p.id = o.repository
    WHERE o.run = :run GROUP BY f.rule, f.severity, p.kind, coalesce(o.owner, '')
"""
FINISHING = (_CLOSE, _OPEN, _COUNT, "DELETE FROM items WHERE run = :run")
