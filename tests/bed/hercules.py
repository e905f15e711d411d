class Machine: pass
