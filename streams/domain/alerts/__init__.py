"""Alerts: situations, and what makes one an alert.

Facts are matched to a situation, the situation is scored, its priority is damped and placed by plan and budget, and an
operator's actions and time move it through its lifecycle (ISA-18.2).
"""
