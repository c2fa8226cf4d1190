"""Alert budget of a control room (EEMUA 191): what stands on the list, what a summary groups, and the report on both."""
