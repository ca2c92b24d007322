"""Hint cards (提示卡/明白纸): one page of each list for enterprises, drawn, sent and receipted."""
