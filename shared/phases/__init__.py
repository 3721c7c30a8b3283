"""The seven phases: pure decisions, each a question with its answer.

===== ============================================== ============ =============================================
phase question                                       module       function
===== ============================================== ============ =============================================
1     What is the market now, and can it be trusted? collection   ``snapshots``
2     Which regime is it, and what does it advise?   regime       ``classify``, ``rails``
3     Which structure, expiration and legs?          strategy     ``strategy_for``, ``choose_expiration``,
                                                                  ``choose_legs``
4     How many contracts?                            sizing       ``size``
5     May the order leave, at what price, and what   execution    ``denials``, ``entry_limit``, ``exit_limit``,
      does the broker's answer change?                            ``protocol``
6     Should this position be closed, and why?       monitoring   ``exit_reason``
7     What do closed trades say of the strategy?     feedback     ``statistics``
===== ============================================== ============ =============================================

``entry`` asks phases 2 to 5 in their order about one snapshot: ``look``, then ``propose`` once a chain is at
hand; ``exit`` makes the order that phase 6 calls for. Everything comes in by argument; nothing here reads a
clock, a file, the network or the environment.
"""
