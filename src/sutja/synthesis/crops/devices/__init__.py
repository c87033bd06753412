"""Numbers that devices show: displays of segments or dots, photographed panels, rollers of counters."""
