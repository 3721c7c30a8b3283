"""The seven phases: pure decisions, each a question with its answer.

===== ============================================ ============ ===========================================
phase question                                     module       function
===== ============================================ ============ ===========================================
1     What is the market now, and can it be trusted? collection ``snapshots``
2     Which regime is it, and what does it advise? regime       ``classify``, ``rails``
3     Which structure, expiration and legs?        strategy     ``choose``
4     How many contracts?                          sizing       ``size``
5     May the order leave, at what price, and what execution    ``denials``, ``entry_limit``, ``protocol``
      does the broker's answer change?
6     Should this position be closed, and why?     monitoring   ``exit_reason``
7     What do closed trades say of the strategy?   feedback     ``statistics``
===== ============================================ ============ ===========================================

``entry`` asks phases 2 to 5 in their order about one snapshot: ``look``, then ``propose`` once a chain is at
hand. Everything comes in by argument; nothing here reads a clock, a file, the network or the environment.
"""
