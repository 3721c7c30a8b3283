"""The state in DynamoDB: one small file a port, over four tables.

| table | partition key | sort keys |
|---|---|---|
| positions | ``ACCT#<bot>`` | ``INT# POS# SLOT# LEDGER# COUNTERS LAST# ALERT#`` |
| positions | ``ACCT#ALL`` | ``ALERT# HEARTBEAT`` |
| decisions | ``<bot>#<New York date>`` | ``<time>#<decision>`` |
| decisions | ``CONFIG#<bot>`` | ``<digest>`` |
| stats | ``<mode>#<strategy>`` | ``STATS CLOSED#`` |
| stats | ``BREAKER`` | ``ALL <bot>`` |
| snapshots | ``<underlying>`` | ``<minute>`` |
| snapshots | ``HISTORY#<symbol>`` | ``<New York date>`` |

``tables`` declares them, ``guards`` holds each condition by itself, ``changes`` turns a domain change into writes,
``writes`` makes them all together or not at all.
"""
