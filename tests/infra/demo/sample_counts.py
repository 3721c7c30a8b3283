"""What the run to show counted: rules, decisions, services."""

from shared.domain.vocabulary import Bot

RULES = (
    ("SPX", "RULE_1", "SELL_PREMIUM", 26, 74),
    ("SPX", "RULE_2", "BUY_PUTS", 38, 38),
    ("SPX", "RULE_3", "BUY_CALLS", 521, 428),
    ("SPX", "RULE_4", "STAY_FLAT", 283, 328),
    ("SPY", "RULE_1", "SELL_PREMIUM", 27, 80),
    ("SPY", "RULE_2", "BUY_PUTS", 42, 42),
    ("SPY", "RULE_3", "BUY_CALLS", 530, 431),
    ("SPY", "RULE_4", "STAY_FLAT", 269, 315),
)
DECISIONS = (
    (Bot.ATLAS, "NOT_THIS_BOT", 559),
    (Bot.ATLAS, "STAY_FLAT", 283),
    (Bot.ATLAS, "SLOT_TAKEN", 18),
    (Bot.ATLAS, "NOT_CONFIRMED", 6),
    (Bot.ATLAS, "ENTRY", 2),
    (Bot.PROMETHEUS, "NOT_THIS_BOT", 572),
    (Bot.PROMETHEUS, "STAY_FLAT", 269),
    (Bot.PROMETHEUS, "NOT_CONFIRMED,SLOT_TAKEN", 24),
    (Bot.PROMETHEUS, "ENTRY", 3),
    (Bot.SOLOMON, "SLOT_TAKEN", 470),
    (Bot.SOLOMON, "STAY_FLAT", 269),
    (Bot.SOLOMON, "COOLING_DOWN", 61),
    (Bot.SOLOMON, "NEAR_FLIP", 29),
    (Bot.SOLOMON, "BREAKER", 14),
    (Bot.SOLOMON, "NOT_CONFIRMED", 13),
    (Bot.SOLOMON, "ENTRY", 12),
)
SERVICES = (
    ("tradier simulator", "requests answered", 15_482),
    ("polygon simulator", "requests answered", 988),
    ("trading volatility simulator", "requests answered", 1_736),
    ("dynamodb", "items in positions", 412),
    ("dynamodb", "items in decisions", 303),
    ("dynamodb", "items in stats", 19),
    ("dynamodb", "items in snapshots", 1_736),
    ("sqs", "alerts received", 34),
)
