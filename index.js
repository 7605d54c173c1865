/** The built nodes and credentials by name, for people who load the package in code. */
module.exports = {
	...require('./dist/nodes/ErpDatacake/ErpDatacake.node.js'),
	...require('./dist/credentials/ErpDatacakeApi.credentials.js'),
	...require('./dist/nodes/HotProfile/HotProfile.node.js'),
	...require('./dist/nodes/HotProfile/HotProfileTrigger.node.js'),
	...require('./dist/nodes/ZenTotals/ZenTotals.node.js'),
	...require('./dist/credentials/CrmZenApi.credentials.js'),
	...require('./dist/credentials/HotProfileApi.credentials.js'),
};
