"""Phase 6, every minute: reconcile, work the orders, close what must close."""
