// Browsers come from the system (see scripts/): a download of puppeteer's own would fail on machines without internet.
module.exports = { skipDownload: true };
